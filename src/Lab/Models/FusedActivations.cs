using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// A decoder's results at some positions on the CPU, from token ids to logits, without a tensor in between: a row a
/// position, in buffers that are made once.
/// </summary>
/// <param name="weights">The decoder's weights.</param>
/// <param name="capacity">The most positions at a time.</param>
internal sealed unsafe class FusedActivations(FusedWeights weights, int capacity) : IDisposable
{
    /// <summary>Rows whose logits are computed together: of a large vocabulary they take much memory.</summary>
    private const int LogitRows = 64;

    private readonly NativeRows stream = new(capacity, weights.Shape.Width);
    private readonly NativeRows normed = new(Math.Max(capacity, LogitRows), weights.Shape.Width);
    private readonly NativeRows projection = new(capacity, weights.Layout.Row);
    private readonly NativeRows seen = new(capacity, weights.Layout.Heads * weights.Layout.HeadWidth);
    private readonly NativeRows gateUp = new(capacity, 2 * weights.Shape.FeedForward);
    private readonly NativeRows gated = new(capacity, weights.Shape.FeedForward);
    private readonly NativeRows logits = new(LogitRows, weights.Shape.Vocabulary);

    /// <summary>Sets a position to a token's embedding.</summary>
    internal void Embed(int row, long token)
    {
        if ((ulong)token >= (ulong)weights.Shape.Vocabulary)
            throw new ArgumentException($"token {token} is not in a vocabulary of {weights.Shape.Vocabulary}");
        new Span<float>(weights.Embedding.Pointer() + token * weights.Shape.Width, weights.Shape.Width).CopyTo(
            new Span<float>(stream[row], weights.Shape.Width)
        );
    }

    /// <summary>Passes the first positions through a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="count">Positions.</param>
    /// <param name="attend">Writes what the queries of a joint projection's rows attend to.</param>
    internal void Apply(FusedWeights.Layer layer, int count, Action<NativeRows, NativeRows> attend)
    {
        var layout = weights.Layout;
        for (var i = 0; i < count; i++)
            Norm(stream[i], normed[i], layer.AttentionNorm);
        layer.Projection.Apply(normed, count, projection);
        for (var i = 0; i < count; i++)
        {
            NormHeads(projection[i], layout.Heads, layer.QueryNorm);
            NormHeads(projection[i] + layout.Heads * layout.HeadWidth, layout.KeyValueHeads, layer.KeyNorm);
        }

        attend(projection, seen);
        layer.Output.Apply(seen, count, stream, add: true);
        for (var i = 0; i < count; i++)
            Norm(stream[i], normed[i], layer.FeedForwardNorm);
        layer.GateUp.Apply(normed, count, gateUp);
        for (var i = 0; i < count; i++)
            SwiGlu.Row(gateUp[i], gated[i], weights.Shape.FeedForward);
        layer.Down.Apply(gated, count, stream, add: true);
    }

    /// <summary>Logits of some positions, into rows of a result, [rows, vocabulary].</summary>
    /// <param name="count">How many.</param>
    /// <param name="place">The position of each.</param>
    /// <param name="result">The result.</param>
    /// <param name="first">The result's row for the first of them; the others follow.</param>
    internal void Predict(int count, Func<int, int> place, Tensor result, long first = 0)
    {
        var vocabulary = weights.Shape.Vocabulary;
        for (var from = 0; from < count; from += LogitRows)
        {
            var some = Math.Min(LogitRows, count - from);
            for (var i = 0; i < some; i++)
                Norm(stream[place(from + i)], normed[i], weights.FinalNorm);
            weights.Head.Apply(normed, some, logits);
            for (var i = 0; i < some; i++)
                new Span<float>(logits[i], vocabulary).CopyTo(
                    new Span<float>(result.Pointer() + (first + from + i) * vocabulary, vocabulary)
                );
        }
    }

    public void Dispose()
    {
        foreach (var rows in (NativeRows[])[stream, normed, projection, seen, gateUp, gated, logits])
            rows.Dispose();
    }

    private void NormHeads(float* first, int heads, float[]? weight)
    {
        if (weight is null)
            return;
        for (var i = 0; i < heads; i++)
            Norm(first + i * weight.Length, first + i * weight.Length, weight);
    }

    private void Norm(float* x, float* y, float[] weight)
    {
        fixed (float* w = weight)
            RmsNorm.Row(x, w, y, weight.Length, (float)weights.Shape.NormEpsilon);
    }
}
