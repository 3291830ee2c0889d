using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Reading and writing on the CPU without a tensor between token ids and logits: weights in panels, keys, values and activations in buffers that are made once. Its twins from torch's operations are
/// <see cref="Decoder.Logits"/> where gradients are recorded, and <see cref="KeyValueCache"/>.
/// </summary>
internal sealed unsafe class FusedDecoding : IDecoding
{
    /// <summary>Texts are read in parts of so many rows, whose activations stay in the second cache from one operation to the next.</summary>
    private const int MostRows = 256;

    /// <summary>Of a larger model the weights stay where they are and torch multiplies them: they would not be twice in memory for a small gain.</summary>
    private const long LargestPacked = 256L << 20;

    /// <summary>Rows whose logits are computed together: of a large vocabulary they take much memory.</summary>
    private const int LogitRows = 64;

    private readonly ModelShape shape;
    private readonly AttentionLayout layout;
    private readonly Rotary rotary;
    private readonly Layer[] layers;
    private readonly Tensor embedding;
    private readonly float[] finalNorm;
    private readonly PackedLinear head;
    private readonly NativeRows stream;
    private readonly NativeRows normed;
    private readonly NativeRows projection;
    private readonly NativeRows seen;
    private readonly NativeRows gateUp;
    private readonly NativeRows gated;
    private readonly NativeRows logits;
    private readonly int positions;
    private readonly int capacity;
    private int[] active;
    private int length;

    internal FusedDecoding(ModelShape shape, AttentionLayout layout, Rotary rotary, IReadOnlyList<Decoder.Layer> layers, Tensor embedding, Tensor finalNorm, Tensor head, int rows, int positions)
    {
        (this.shape, this.layout, this.rotary, this.embedding, this.positions) = (shape, layout, rotary, embedding, positions);
        using var quiet = no_grad();
        var pack = Packs(shape);
        this.layers = [.. layers.Select(layer => new Layer(layer, layout, rows, positions, pack))];
        (this.finalNorm, this.head) = (finalNorm.ToArray(), new PackedLinear(head, null, pack));
        active = [.. Enumerable.Range(0, rows)];
        capacity = Math.Max(rows, Math.Min(MostRows, rows * positions));
        stream = new NativeRows(capacity, shape.Width);
        normed = new NativeRows(Math.Max(capacity, LogitRows), shape.Width);
        projection = new NativeRows(capacity, layout.Row);
        seen = new NativeRows(capacity, layout.Heads * layout.HeadWidth);
        gateUp = new NativeRows(capacity, 2 * shape.FeedForward);
        gated = new NativeRows(capacity, shape.FeedForward);
        logits = new NativeRows(LogitRows, shape.Vocabulary);
        rotary.Reach(positions);
    }

    /// <summary>Whether a model's weights are held in panels too.</summary>
    internal static bool Packs(ModelShape shape) => shape.Parameters * sizeof(float) <= LargestPacked;

    /// <inheritdoc/>
    public Tensor Next(Tensor ids)
    {
        var rows = (int)ids.shape[0];
        var result = empty([rows, shape.Vocabulary], dtype: ScalarType.Float32);
        Read(ids, (from, count) =>
        {
            if (from + count < ids.shape[1]) return;
            for (var row = 0; row < rows; row += LogitRows) Predict(Math.Min(LogitRows, rows - row), i => (row + i + 1) * count - 1, i => row + i, result);
        });
        return result;
    }

    /// <summary>Logits of every position, [rows · time, vocabulary], after ids [rows, time] that follow what was given before.</summary>
    internal Tensor All(Tensor ids)
    {
        var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        var result = empty([rows * time, shape.Vocabulary], dtype: ScalarType.Float32);
        Read(ids, (from, count) =>
        {
            for (var first = 0; first < rows * count; first += LogitRows)
                Predict(Math.Min(LogitRows, rows * count - first), i => first + i, i => (first + i) / count * time + from + (first + i) % count, result);
        });
        return result;
    }

    // In parts of some positions of all rows: (row, position) is at row · count + position of the stream.
    private void Read(Tensor ids, Action<int, int> part)
    {
        var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        if (rows != active.Length) throw new ArgumentException($"{active.Length} rows are being written, not {rows}", nameof(ids));
        if (length + time > positions) throw new ArgumentException($"the cache holds {positions} positions, and {length + time} are needed", nameof(ids));
        using var contiguous = ids.contiguous();
        var most = Math.Max(1, capacity / rows);
        for (var from = 0; from < time; from += most)
        {
            var count = Math.Min(most, time - from);
            var tokens = contiguous.Longs();
            for (var row = 0; row < rows; row++)
                for (var t = 0; t < count; t++) Embed(tokens[row * time + from + t], stream[row * count + t]);
            foreach (var layer in layers) Apply(layer, rows, count);
            length += count;
            part(from, count);
        }
    }

    // Logits of some places of the stream, into some rows of a result.
    private void Predict(int count, Func<int, int> place, Func<int, int> target, Tensor result)
    {
        for (var i = 0; i < count; i++) Norm(stream[place(i)], normed[i], finalNorm);
        head.Apply(normed, count, logits);
        for (var i = 0; i < count; i++) new Span<float>(logits[i], shape.Vocabulary).CopyTo(new Span<float>(result.Pointer() + (long)target(i) * shape.Vocabulary, shape.Vocabulary));
    }

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<int> places) => active = [.. places.Select(place => active[place])];

    public void Dispose()
    {
        foreach (var layer in layers) layer.Dispose();
        foreach (var one in (IDisposable[])[head, stream, normed, projection, seen, gateUp, gated, logits]) one.Dispose();
    }

    private void Embed(long token, float* target)
    {
        if ((ulong)token >= (ulong)shape.Vocabulary) throw new ArgumentException($"token {token} is not in a vocabulary of {shape.Vocabulary}");
        new Span<float>(embedding.Pointer() + token * shape.Width, shape.Width).CopyTo(new Span<float>(target, shape.Width));
    }

    private void Apply(Layer layer, int rows, int time)
    {
        var count = rows * time;
        for (var i = 0; i < count; i++) Norm(stream[i], normed[i], layer.AttentionNorm);
        layer.Projection.Apply(normed, count, projection);
        fixed (float* cosines = rotary.Cosines, sines = rotary.Sines)
        {
            for (var i = 0; i < count; i++)
            {
                NormHeads(projection[i], layout.Heads, layer.QueryNorm);
                NormHeads(projection[i] + layout.Heads * layout.HeadWidth, layout.KeyValueHeads, layer.KeyNorm);
                var position = length + i % time;
                layer.Attention.Attend(active[i / time], position, projection[i], seen[i], cosines + position * rotary.Half, sines + position * rotary.Half);
            }
        }

        layer.Output.Apply(seen, count, stream, add: true);
        for (var i = 0; i < count; i++) Norm(stream[i], normed[i], layer.FeedForwardNorm);
        layer.GateUp.Apply(normed, count, gateUp);
        for (var i = 0; i < count; i++) SwiGlu.Row(gateUp[i], gated[i], shape.FeedForward);
        layer.Down.Apply(gated, count, stream, add: true);
    }

    private void NormHeads(float* first, int heads, float[]? weight)
    {
        if (weight is null) return;
        for (var i = 0; i < heads; i++) Norm(first + i * layout.HeadWidth, first + i * layout.HeadWidth, weight);
    }

    private void Norm(float* x, float* y, float[] weight)
    {
        fixed (float* w = weight) RmsNorm.Row(x, w, y, weight.Length, (float)shape.NormEpsilon);
    }

    private sealed class Layer(Decoder.Layer layer, AttentionLayout layout, int rows, int positions, bool pack) : IDisposable
    {
        internal float[] AttentionNorm { get; } = layer.AttentionNorm.ToArray();

        internal PackedLinear Projection { get; } = new(layer.Projection, layer.ProjectionBias, pack);

        internal float[]? QueryNorm { get; } = layer.QueryNorm?.ToArray();

        internal float[]? KeyNorm { get; } = layer.KeyNorm?.ToArray();

        internal CachedAttention Attention { get; } = new(layout, rows, positions);

        internal PackedLinear Output { get; } = new(layer.Output, layer.OutputBias, pack);

        internal float[] FeedForwardNorm { get; } = layer.FeedForwardNorm.ToArray();

        internal PackedLinear GateUp { get; } = new(layer.GateUp, layer.GateUpBias, pack);

        internal PackedLinear Down { get; } = new(layer.Down, layer.DownBias, pack);

        public void Dispose()
        {
            foreach (var one in (IDisposable[])[Projection, Attention, Output, GateUp, Down]) one.Dispose();
        }
    }
}
