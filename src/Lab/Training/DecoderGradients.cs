using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;

namespace Bench.Lab.Training;

/// <summary>
/// The gradient of a decoder's weights on the CPU, forwards and backwards by hand, in buffers that are made once. Its
/// twin is <see cref="Decoder.Logits"/> with torch's operations and autograd. Some sequences pass through the model at
/// a time; activations lie in columns, [channel, position], position t of sequence i of S in column t · S + i.
/// </summary>
internal abstract class DecoderGradients : IDisposable
{
    /// <summary>For the widest vectors of this processor.</summary>
    /// <param name="weights">The decoder's weights, as they are at each call.</param>
    /// <param name="gradients">Tensors of the same sizes, to which gradients are added.</param>
    internal static DecoderGradients Of(DecoderParts weights, DecoderParts gradients) =>
        Vector512.IsHardwareAccelerated ? new DecoderGradients<Lanes16>(weights, gradients)
        : Vector256.IsHardwareAccelerated ? new DecoderGradients<Lanes8>(weights, gradients)
        : new DecoderGradients<Lanes4>(weights, gradients);

    /// <summary>Adds the scaled gradient of a batch's loss.</summary>
    /// <returns>The summed loss, not scaled.</returns>
    internal abstract double Add(TrainingBatch batch, ILogitLoss loss, float scale);

    public abstract void Dispose();
}

/// <inheritdoc/>
internal sealed unsafe class DecoderGradients<TLanes>(DecoderParts weights, DecoderParts gradients) : DecoderGradients
    where TLanes : struct, ILanes<TLanes>
{
    private readonly float epsilon = (float)weights.Shape.NormEpsilon;
    private readonly AttentionLayout layout = weights.Layout;
    private readonly LearntWeight embedding = new(weights.Embedding, gradients.Embedding);
    private readonly LearntLayer[] layers =
    [
        .. weights.Layers.Zip(gradients.Layers, (weight, gradient) => new LearntLayer(weight, gradient)),
    ];
    private readonly DecoderHead<TLanes> head = new(weights, gradients);
    private readonly Dictionary<int, LaneAttention> attentions = [];
    private DecoderActivations? activations;
    private LaneAttention? attention;

    internal override double Add(TrainingBatch batch, ILogitLoss loss, float scale)
    {
        var (sequences, time) = ((int)batch.Ids.shape[0], (int)batch.Ids.shape[1]);
        var parts = SequenceParts.Of(sequences, time, TLanes.Count);
        if (activations is null || activations.Positions < parts.Together * time)
        {
            activations?.Dispose();
            activations = new DecoderActivations(weights.Shape, parts.Together * time);
        }

        if (!attentions.TryGetValue(parts.Lanes, out attention))
            attentions[parts.Lanes] = attention = LaneAttention.Of(parts.Lanes, layout, weights.Rotary);
        attention.Resize(time);
        head.Prepare();
        double total = 0;
        for (int first = 0, row = 0; first < sequences; first += parts.Together)
        {
            var count = Math.Min(parts.Together, sequences - first);
            var columns = LossColumns(batch, first, count, parts.Padded(count), ref row);
            Forward(batch.Ids.Longs().Slice(first * time, count * time), count, time, parts.Padded(count));
            total += head.AddGradient(
                activations,
                columns,
                parts.Padded(count) * time,
                loss,
                row - columns.Length,
                scale
            );
            Backward(batch.Ids.Longs().Slice(first * time, count * time), count, time, parts.Padded(count));
        }

        head.Finish();
        return total;
    }

    public override void Dispose()
    {
        activations?.Dispose();
        foreach (var one in attentions.Values)
            one.Dispose();
        head.Dispose();
    }

    // Where the rows that carry loss lie, of some sequences.
    private static int[] LossColumns(TrainingBatch batch, int first, int count, int padded, ref int row)
    {
        var rows = batch.Rows.Longs();
        var time = (int)batch.Ids.shape[1];
        var some = 0;
        for (var i = first; i < first + count; i++)
            some += batch.Lengths[i];
        var columns = new int[some];
        for (var i = 0; i < some; i++)
        {
            var (sequence, t) = Math.DivRem((int)rows[row + i], time);
            columns[i] = t * padded + sequence - first;
        }

        row += some;
        return columns;
    }

    private void Forward(ReadOnlySpan<long> ids, int count, int time, int sequences)
    {
        var (a, positions) = (activations!, sequences * time);
        Embed(ids, count, time, sequences);
        for (var i = 0; i < layers.Length; i++)
        {
            var (layer, kept) = (layers[i], a.Layers[i]);
            Matrix input = a.Stream(i),
                next = a.Stream(i + 1);
            ColumnNorm<TLanes>.Forward(
                input,
                layer.AttentionNorm.Value.Start,
                kept.Normed,
                kept.Scales,
                positions,
                epsilon
            );
            Linear(layer.Projection, layer.ProjectionBias, kept.Normed, kept.Projection, positions);
            NormHeads(layer, kept, positions);
            attention!.Forward(kept.Projection, sequences, kept.Seen, kept.Normalisers);
            Copy(input, kept.Middle, positions);
            Linear(layer.Output, layer.OutputBias, kept.Seen, kept.Middle, positions, add: true);
            ColumnNorm<TLanes>.Forward(
                kept.Middle,
                layer.FeedForwardNorm.Value.Start,
                kept.MiddleNormed,
                kept.MiddleScales,
                positions,
                epsilon
            );
            Linear(layer.GateUp, layer.GateUpBias, kept.MiddleNormed, kept.GateUp, positions);
            ColumnSwiGlu<TLanes>.Forward(kept.GateUp, kept.Sigmoids, kept.Gated, positions);
            Copy(kept.Middle, next, positions);
            Linear(layer.Down, layer.DownBias, kept.Gated, next, positions, add: true);
        }
    }

    // From the gradient of the last stream, which lies in Pull.
    private void Backward(ReadOnlySpan<long> ids, int count, int time, int sequences)
    {
        var (a, positions) = (activations!, sequences * time);
        for (var i = layers.Length - 1; i >= 0; i--)
        {
            var (layer, kept) = (layers[i], a.Layers[i]);
            LinearBackward(layer.Down, layer.DownBias, a.Pull, kept.Gated, a.GatedPull, positions);
            ColumnSwiGlu<TLanes>.Backward(a.GatedPull, kept.GateUp, kept.Sigmoids, a.GateUpPull, positions);
            LinearBackward(layer.GateUp, layer.GateUpBias, a.GateUpPull, kept.MiddleNormed, a.NormedPull, positions);
            NormBackward(layer.FeedForwardNorm, kept.Middle, kept.MiddleScales, positions);
            LinearBackward(layer.Output, layer.OutputBias, a.Pull, kept.Seen, a.SeenPull, positions);
            attention!.Backward(kept.Projection, sequences, kept.Normalisers, a.SeenPull, a.ProjectionPull);
            ClearBeyond(a.ProjectionPull, positions);
            NormHeadsBackward(layer, kept, positions);
            LinearBackward(
                layer.Projection,
                layer.ProjectionBias,
                a.ProjectionPull,
                kept.Normed,
                a.NormedPull,
                positions
            );
            NormBackward(layer.AttentionNorm, a.Stream(i), kept.Scales, positions);
        }

        AddEmbedding(ids, count, time, sequences);
    }

    private static void Linear(
        LearntWeight weight,
        LearntWeight bias,
        Matrix x,
        Matrix y,
        int positions,
        bool add = false
    )
    {
        ColumnProduct<TLanes>.Multiply(weight.Value, x, y, positions, add);
        if (bias.IsThere)
            ColumnBias<TLanes>.Add(bias.Value.Start, y, positions);
    }

    private void LinearBackward(LearntWeight weight, LearntWeight bias, Matrix dy, Matrix x, Matrix dx, int positions)
    {
        Transposition.Turn(x, activations!.Turned, positions);
        ColumnProduct<TLanes>.AddOuter(dy, activations.Turned, positions, weight.Gradient);
        if (bias.IsThere)
            ColumnBias<TLanes>.AddGradient(dy, bias.Gradient.Start, positions);
        Transposition.Turn(weight.Value, activations.TurnedWeight, weight.Value.Columns);
        ColumnProduct<TLanes>.Multiply(
            new Matrix(
                activations.TurnedWeight.Start,
                weight.Value.Columns,
                weight.Value.Rows,
                activations.TurnedWeight.Row
            ),
            dy,
            dx,
            positions
        );
    }

    // Adds to the gradient of the residual stream.
    private void NormBackward(LearntWeight weight, Matrix x, float* scales, int positions) =>
        ColumnNorm<TLanes>.Backward(
            activations!.NormedPull,
            x,
            weight.Value.Start,
            scales,
            activations.Pull,
            weight.Gradient.Start,
            positions,
            add: true
        );

    // Of each head of queries and keys, where a model has such norms; what they were before is kept.
    private void NormHeads(LearntLayer layer, DecoderActivations.Layer kept, int positions)
    {
        if (!layer.QueryNorm.IsThere)
            return;
        Copy(kept.Projection, kept.Raw, positions);
        for (var head = 0; head < layout.Heads + layout.KeyValueHeads; head++)
        {
            var weight = head < layout.Heads ? layer.QueryNorm : layer.KeyNorm;
            ColumnNorm<TLanes>.Forward(
                Head(kept.Raw, head),
                weight.Value.Start,
                Head(kept.Projection, head),
                kept.HeadScales.Start + head * kept.HeadScales.Row,
                positions,
                epsilon
            );
        }
    }

    private void NormHeadsBackward(LearntLayer layer, DecoderActivations.Layer kept, int positions)
    {
        if (!layer.QueryNorm.IsThere)
            return;
        for (var head = 0; head < layout.Heads + layout.KeyValueHeads; head++)
        {
            var (weight, pull) = (
                head < layout.Heads ? layer.QueryNorm : layer.KeyNorm,
                Head(activations!.ProjectionPull, head)
            );
            ColumnNorm<TLanes>.Backward(
                pull,
                Head(kept.Raw, head),
                weight.Value.Start,
                kept.HeadScales.Start + head * kept.HeadScales.Row,
                pull,
                weight.Gradient.Start,
                positions,
                add: false
            );
        }
    }

    private Matrix Head(Matrix projection, int head) => projection.From(head * layout.HeadWidth, layout.HeadWidth);

    // Sequences that only fill up lanes read token 0, and carry no loss.
    private void Embed(ReadOnlySpan<long> ids, int count, int time, int sequences)
    {
        var (stream, table) = (activations!.Stream(0), embedding.Value);
        for (var i = 0; i < sequences; i++)
        {
            for (var t = 0; t < time; t++)
            {
                var token = i < count ? ids[i * time + t] : 0;
                if ((ulong)token >= (ulong)table.Rows)
                    throw new ArgumentException($"token {token} is not in a vocabulary of {table.Rows}");
                float* from = table.Start + token * table.Row,
                    to = stream.Start + t * sequences + i;
                for (var c = 0; c < table.Columns; c++, to += stream.Row)
                    *to = from[c];
            }
        }
    }

    private void AddEmbedding(ReadOnlySpan<long> ids, int count, int time, int sequences)
    {
        var (pull, table) = (activations!.Pull, embedding.Gradient);
        for (var i = 0; i < count; i++)
        {
            for (var t = 0; t < time; t++)
            {
                float* from = pull.Start + t * sequences + i,
                    to = table.Start + ids[i * time + t] * table.Row;
                for (var c = 0; c < table.Columns; c++, from += pull.Row)
                    to[c] += *from;
            }
        }
    }

    private static void Copy(Matrix source, Matrix target, int positions)
    {
        for (var c = 0; c < source.Rows; c++)
            new ReadOnlySpan<float>(source.Start + c * source.Row, positions).CopyTo(
                new Span<float>(target.Start + c * target.Row, positions)
            );
    }

    // Products and sums go to the end of the last panel.
    private static void ClearBeyond(Matrix matrix, int positions)
    {
        var beyond = NativeRows.Padded(positions) - positions;
        for (var c = 0; beyond > 0 && c < matrix.Rows; c++)
            new Span<float>(matrix.Start + c * matrix.Row + positions, beyond).Clear();
    }
}
