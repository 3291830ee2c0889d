using Bench.Lab.Models;

namespace Bench.Lab.Training;

/// <summary>A layer's weights with their gradients.</summary>
internal sealed class LearntLayer(DecoderParts.Layer weights, DecoderParts.Layer gradients)
{
    internal LearntWeight AttentionNorm { get; } = new(weights.AttentionNorm, gradients.AttentionNorm);

    internal LearntWeight Projection { get; } = new(weights.Projection, gradients.Projection);

    internal LearntWeight ProjectionBias { get; } = new(weights.ProjectionBias, gradients.ProjectionBias);

    internal LearntWeight QueryNorm { get; } = new(weights.QueryNorm, gradients.QueryNorm);

    internal LearntWeight KeyNorm { get; } = new(weights.KeyNorm, gradients.KeyNorm);

    internal LearntWeight Output { get; } = new(weights.Output, gradients.Output);

    internal LearntWeight OutputBias { get; } = new(weights.OutputBias, gradients.OutputBias);

    internal LearntWeight FeedForwardNorm { get; } = new(weights.FeedForwardNorm, gradients.FeedForwardNorm);

    internal LearntWeight GateUp { get; } = new(weights.GateUp, gradients.GateUp);

    internal LearntWeight GateUpBias { get; } = new(weights.GateUpBias, gradients.GateUpBias);

    internal LearntWeight Down { get; } = new(weights.Down, gradients.Down);

    internal LearntWeight DownBias { get; } = new(weights.DownBias, gradients.DownBias);
}
