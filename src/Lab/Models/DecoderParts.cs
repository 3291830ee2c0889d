using Bench.Lab.Kernels;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>The parts of a decoder. The same shape holds its gradients.</summary>
/// <param name="Shape">Sizes.</param>
/// <param name="Layout">How heads lie in the joint projection.</param>
/// <param name="Rotary">By how much positions are turned.</param>
/// <param name="Embedding">[vocabulary, width].</param>
/// <param name="Layers">From the first to the last.</param>
/// <param name="FinalNorm">[width].</param>
/// <param name="Head">[vocabulary, width]; the embedding itself where it is tied.</param>
internal sealed record DecoderParts(
    ModelShape Shape,
    AttentionLayout Layout,
    Rotary Rotary,
    Tensor Embedding,
    IReadOnlyList<DecoderParts.Layer> Layers,
    Tensor FinalNorm,
    Tensor Head
)
{
    /// <summary>The same with another tensor in place of each.</summary>
    internal DecoderParts With(Func<Tensor, Tensor> other)
    {
        Tensor? Optional(Tensor? tensor) => tensor is null ? null : other(tensor);
        return this with
        {
            Embedding = other(Embedding),
            Layers =
            [
                .. Layers.Select(layer => new Layer(
                    AttentionNorm: other(layer.AttentionNorm),
                    Projection: other(layer.Projection),
                    ProjectionBias: Optional(layer.ProjectionBias),
                    QueryNorm: Optional(layer.QueryNorm),
                    KeyNorm: Optional(layer.KeyNorm),
                    Output: other(layer.Output),
                    OutputBias: Optional(layer.OutputBias),
                    FeedForwardNorm: other(layer.FeedForwardNorm),
                    GateUp: other(layer.GateUp),
                    GateUpBias: Optional(layer.GateUpBias),
                    Down: other(layer.Down),
                    DownBias: Optional(layer.DownBias)
                )),
            ],
            FinalNorm = other(FinalNorm),
            Head = other(Head),
        };
    }

    /// <summary>
    /// Query, key and value projections are one matrix, [row, width], and so are gate and up, [2 · inner, width].
    /// </summary>
    internal sealed record Layer(
        Tensor AttentionNorm,
        Tensor Projection,
        Tensor? ProjectionBias,
        Tensor? QueryNorm,
        Tensor? KeyNorm,
        Tensor Output,
        Tensor? OutputBias,
        Tensor FeedForwardNorm,
        Tensor GateUp,
        Tensor? GateUpBias,
        Tensor Down,
        Tensor? DownBias
    );
}
