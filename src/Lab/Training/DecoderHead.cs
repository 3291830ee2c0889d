using Bench.Lab.Kernels;
using Bench.Lab.Models;
using Bench.Lab.Objectives;

namespace Bench.Lab.Training;

/// <summary>
/// The last norm and the head of a decoder, at the positions that carry loss only, and the loss: logits lie in rows,
/// [row, vocabulary], as losses want them.
/// </summary>
internal sealed unsafe class DecoderHead<TLanes>(DecoderParts weights, DecoderParts gradients) : IDisposable
    where TLanes : struct, ILanes<TLanes>
{
    private readonly LearntWeight norm = new(weights.FinalNorm, gradients.FinalNorm);
    private readonly LearntWeight head = new(weights.Head, gradients.Head);
    private readonly float epsilon = (float)weights.Shape.NormEpsilon;
    private readonly NativeRows columns = new(weights.Shape.Width, weights.Shape.Vocabulary, spare: 0);

    // Products write whole panels: where a row of the head is none, they work on copies whose rows are.
    private readonly (NativeRows Weights, NativeRows Gradient)? copies =
        weights.Shape.Width % NativeRows.Panel == 0
            ? null
            : (
                new NativeRows(weights.Shape.Vocabulary, weights.Shape.Width, spare: 0),
                new NativeRows(weights.Shape.Vocabulary, weights.Shape.Width, spare: 0)
            );

    private NativeRows? hidden,
        hiddenPull,
        logits,
        logitsPull;

    private int Width => weights.Shape.Width;

    private int Vocabulary => weights.Shape.Vocabulary;

    private Matrix Head => copies?.Weights.First(Vocabulary) ?? head.Value;

    private Matrix HeadGradient => copies?.Gradient.First(Vocabulary) ?? head.Gradient;

    /// <summary>Takes the weights as they are now.</summary>
    internal void Prepare()
    {
        Transposition.Turn(head.Value, columns.First(Width), Width);
        if (copies is not { } rows)
            return;
        for (var token = 0; token < Vocabulary; token++)
            new Span<float>(head.Value.Start + token * head.Value.Row, Width).CopyTo(
                new Span<float>(rows.Weights[token], Width)
            );
        rows.Gradient.Clear();
    }

    /// <summary>
    /// Adds the gradients of the head and of the last norm, and leaves that of the residual stream in <see
    /// cref="DecoderActivations.Pull"/>.
    /// </summary>
    /// <param name="activations">The values of the way forward.</param>
    /// <param name="places">The columns that carry loss.</param>
    /// <param name="positions">All columns.</param>
    /// <param name="loss">The loss.</param>
    /// <param name="first">The first of the rows that carry loss among the batch's.</param>
    /// <param name="scale">By which the gradient is multiplied.</param>
    internal double AddGradient(
        DecoderActivations activations,
        int[] places,
        int positions,
        ILogitLoss loss,
        int first,
        float scale
    )
    {
        var stream = activations.Stream(weights.Layers.Count);
        ColumnNorm<TLanes>.Forward(
            stream,
            norm.Value.Start,
            activations.FinalNormed,
            activations.FinalScales,
            positions,
            epsilon
        );
        var count = places.Length;
        if (logits is null || count > logits.Rows)
        {
            Free();
            (hidden, hiddenPull, logits, logitsPull) = (
                new(count, Width),
                new(count, Width),
                new(count, Vocabulary),
                new(count, Vocabulary)
            );
        }

        Matrix x = hidden!.First(count),
            dx = hiddenPull!.First(count),
            y = logits!.First(count),
            dy = logitsPull!.First(count);
        Gather(activations.FinalNormed, places, x);
        ColumnProduct<TLanes>.Multiply(x, columns.First(Width), y, Vocabulary);
        logitsPull!.Clear(count);
        var total = loss.AddGradient(y, dy, first, scale);
        ColumnProduct<TLanes>.Multiply(dy.Transposed, x, HeadGradient, Width, add: true);
        ColumnProduct<TLanes>.Multiply(dy, Head, dx, Width);
        Scatter(dx, places, activations.NormedPull);
        ColumnNorm<TLanes>.Backward(
            activations.NormedPull,
            stream,
            norm.Value.Start,
            activations.FinalScales,
            activations.Pull,
            norm.Gradient.Start,
            NativeRows.Padded(positions),
            add: false
        );
        return total;
    }

    /// <summary>Adds what was gathered beside the gradients' own memory.</summary>
    internal void Finish()
    {
        if (copies is not { } rows)
            return;
        for (var token = 0; token < Vocabulary; token++)
            Simd.AddScaled(head.Gradient.Start + token * head.Gradient.Row, rows.Gradient[token], Width, 1);
    }

    public void Dispose()
    {
        columns.Dispose();
        copies?.Weights.Dispose();
        copies?.Gradient.Dispose();
        Free();
    }

    private static void Gather(Matrix source, int[] places, Matrix target)
    {
        for (var i = 0; i < places.Length; i++)
        {
            float* from = source.Start + places[i],
                to = target.Start + i * target.Row;
            for (var c = 0; c < source.Rows; c++, from += source.Row)
                to[c] = *from;
        }
    }

    // Columns without loss get 0, up to the end of each row.
    private static void Scatter(Matrix source, int[] places, Matrix target)
    {
        for (var c = 0; c < target.Rows; c++)
            new Span<float>(target.Start + c * target.Row, target.Columns).Clear();
        for (var i = 0; i < places.Length; i++)
        {
            float* from = source.Start + i * source.Row,
                to = target.Start + places[i];
            for (var c = 0; c < target.Rows; c++, to += target.Row)
                *to = from[c];
        }
    }

    private void Free()
    {
        foreach (var rows in (NativeRows?[])[hidden, hiddenPull, logits, logitsPull])
            rows?.Dispose();
    }
}
