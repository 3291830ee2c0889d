using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// A decoder's weights as reading and writing on the CPU want them: matrices in panels, norms as arrays.
/// </summary>
internal sealed class FusedWeights : IDisposable
{
    /// <summary>
    /// Of a larger model the matrices stay where they are and torch multiplies them: they would not be twice in memory
    /// for a small gain.
    /// </summary>
    internal const long LargestPacked = 256L << 20;

    internal FusedWeights(DecoderParts parts, long largestPacked)
    {
        (Shape, Layout, Rotary, Embedding) = (parts.Shape, parts.Layout, parts.Rotary, parts.Embedding);
        using var quiet = no_grad();
        var pack = Shape.Parameters * sizeof(float) <= largestPacked;
        Layers = [.. parts.Layers.Select(layer => new Layer(layer, pack))];
        (FinalNorm, Head) = (parts.FinalNorm.ToArray(), new PackedLinear(parts.Head, null, pack));
    }

    internal ModelShape Shape { get; }

    internal AttentionLayout Layout { get; }

    internal Rotary Rotary { get; }

    internal IReadOnlyList<Layer> Layers { get; }

    internal Tensor Embedding { get; }

    internal float[] FinalNorm { get; }

    internal PackedLinear Head { get; }

    public void Dispose()
    {
        Head.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
    }

    internal sealed class Layer(DecoderParts.Layer layer, bool pack) : IDisposable
    {
        internal float[] AttentionNorm { get; } = layer.AttentionNorm.ToArray();

        internal PackedLinear Projection { get; } = new(layer.Projection, layer.ProjectionBias, pack);

        internal float[]? QueryNorm { get; } = layer.QueryNorm?.ToArray();

        internal float[]? KeyNorm { get; } = layer.KeyNorm?.ToArray();

        internal PackedLinear Output { get; } = new(layer.Output, layer.OutputBias, pack);

        internal float[] FeedForwardNorm { get; } = layer.FeedForwardNorm.ToArray();

        internal PackedLinear GateUp { get; } = new(layer.GateUp, layer.GateUpBias, pack);

        internal PackedLinear Down { get; } = new(layer.Down, layer.DownBias, pack);

        public void Dispose()
        {
            foreach (var one in (IDisposable[])[Projection, Output, GateUp, Down])
                one.Dispose();
        }
    }
}
