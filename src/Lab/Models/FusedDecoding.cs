using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Writing on the CPU: keys, values and activations in buffers that are made once. Its twin from torch's operations is
/// <see cref="KeyValueCache"/>.
/// </summary>
internal sealed unsafe class FusedDecoding : IDecoding
{
    /// <summary>
    /// Prompts are read in parts of so many positions, whose activations stay in the second cache from one operation to
    /// the next.
    /// </summary>
    private const int MostPositions = 256;

    private readonly FusedWeights weights;
    private readonly CachedAttention[] attention;
    private readonly FusedActivations activations;
    private readonly int positions;
    private readonly int capacity;
    private readonly bool owns;
    private int[] active;
    private int length;

    /// <param name="weights">The decoder's weights.</param>
    /// <param name="rows">Rows of text.</param>
    /// <param name="positions">The most positions of a row.</param>
    /// <param name="owns">Whether the weights are disposed of with it.</param>
    internal FusedDecoding(FusedWeights weights, int rows, int positions, bool owns)
    {
        (this.weights, this.positions, this.owns) = (weights, positions, owns);
        weights.Rotary.Reach(positions);
        attention = [.. weights.Layers.Select(_ => new CachedAttention(weights.Layout, rows, positions))];
        active = [.. Enumerable.Range(0, rows)];
        capacity = Math.Max(rows, Math.Min(MostPositions, rows * positions));
        activations = new FusedActivations(weights, capacity);
    }

    /// <inheritdoc/>
    public Tensor Next(Tensor ids)
    {
        var (rows, time) = ((int)ids.shape[0], (int)ids.shape[1]);
        if (rows != active.Length || rows == 0 || time == 0)
            throw new ArgumentException(
                $"{active.Length} rows are being written, of one token or more each, not {rows} of {time}",
                nameof(ids)
            );
        if (length + time > positions)
            throw new ArgumentException(
                $"the cache holds {positions} positions, and {length + time} are needed",
                nameof(ids)
            );
        using var contiguous = ids.contiguous();
        var result = empty([rows, weights.Shape.Vocabulary], dtype: ScalarType.Float32);
        // In parts of some positions of all rows: (row, position) is at row · count + position.
        var most = capacity / rows;
        for (var from = 0; from < time; from += most)
        {
            var count = Math.Min(most, time - from);
            var tokens = contiguous.Longs();
            for (var row = 0; row < rows; row++)
            for (var t = 0; t < count; t++)
                activations.Embed(row * count + t, tokens[row * time + from + t]);
            for (var layer = 0; layer < attention.Length; layer++)
            {
                var one = attention[layer];
                activations.Apply(
                    weights.Layers[layer],
                    rows * count,
                    (projection, seen) => Attend(one, rows, count, projection, seen)
                );
            }

            length += count;
            if (from + count == time)
                activations.Predict(rows, row => (row + 1) * count - 1, result);
        }

        return result;
    }

    /// <inheritdoc/>
    public void Keep(IReadOnlyList<int> places) => active = [.. places.Select(place => active[place])];

    public void Dispose()
    {
        activations.Dispose();
        foreach (var layer in attention)
            layer.Dispose();
        if (owns)
            weights.Dispose();
    }

    private void Attend(CachedAttention layer, int rows, int count, NativeRows projection, NativeRows seen)
    {
        var rotary = weights.Rotary;
        fixed (
            float* cosines = rotary.Cosines,
                sines = rotary.Sines
        )
        {
            for (var i = 0; i < rows * count; i++)
            {
                var position = length + i % count;
                layer.Attend(
                    active[i / count],
                    position,
                    projection[i],
                    seen[i],
                    cosines + (long)position * rotary.Half,
                    sines + (long)position * rotary.Half
                );
            }
        }
    }
}
