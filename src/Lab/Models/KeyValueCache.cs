using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Keys and values of the positions so far, from torch's own operations, for any device and type: [rows, key-value
/// heads, positions, width] for each layer, preallocated. All rows have the same length; rows that are finished can be
/// left out of further steps.
/// </summary>
internal sealed class KeyValueCache : IDisposable
{
    private readonly Compute compute;
    private readonly AttentionLayout layout;
    private readonly Tensor[] keys;
    private readonly Tensor[] values;
    private int length;

    internal KeyValueCache(Compute compute, int layers, AttentionLayout layout, int rows, int positions)
    {
        (this.compute, this.layout) = (compute, layout);
        Tensor Room() =>
            zeros(
                    [rows, layout.KeyValueHeads, positions, layout.HeadWidth],
                    dtype: compute.Type,
                    device: compute.Device
                )
                .DetachFromDisposeScope();
        keys = [.. Enumerable.Range(0, layers).Select(_ => Room())];
        values = [.. Enumerable.Range(0, layers).Select(_ => Room())];
    }

    /// <summary>
    /// Adds the keys and values of new positions and returns what their queries attend to, [rows · time, heads ·
    /// width].
    /// </summary>
    internal Tensor Attend(int layer, Tensor projection, int rows, int time, Rotary rotary)
    {
        var (q, k, v) = CausalAttention.Split(projection, rows, time, layout);
        var total = length + time;
        keys[layer].narrow(2, length, time).copy_(rotary.Composite(k, length));
        values[layer].narrow(2, length, time).copy_(v);
        var (allKeys, allValues) = (keys[layer].narrow(2, 0, total), values[layer].narrow(2, 0, total));
        if (layout.Group > 1)
            (allKeys, allValues) = (
                allKeys.repeat_interleave(layout.Group, 1),
                allValues.repeat_interleave(layout.Group, 1)
            );
        // Query t may see positions 0 .. length + t.
        var hidden =
            time == 1 ? null : ones([time, total], device: compute.Device).triu(length + 1).to(ScalarType.Bool);
        var scores = rotary.Composite(q, length).matmul(allKeys.transpose(2, 3)) * layout.Scale;
        if (hidden is not null)
            scores = scores.masked_fill(hidden, float.NegativeInfinity);
        return scores
            .softmax(-1)
            .matmul(allValues)
            .transpose(1, 2)
            .reshape(rows * time, layout.Heads * layout.HeadWidth);
    }

    internal void Advance(int time) => length += time;

    /// <summary>Keeps only some of the rows, by their place in the last step.</summary>
    internal void Keep(IReadOnlyList<int> places)
    {
        using var scope = NewDisposeScope();
        var index = TensorData.Of([.. places.Select(place => (long)place)], places.Count).to(compute.Device);
        foreach (var room in new[] { keys, values })
        {
            for (var layer = 0; layer < room.Length; layer++)
            {
                var kept = room[layer].index_select(0, index).DetachFromDisposeScope();
                room[layer].Dispose();
                room[layer] = kept;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in keys.Concat(values))
            tensor.Dispose();
    }
}
