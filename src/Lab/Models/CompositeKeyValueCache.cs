using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>The cache from torch's own operations, for any device and type: [rows, key-value heads, positions, width] for each layer.</summary>
internal sealed class CompositeKeyValueCache : KeyValueCache
{
    private readonly Compute compute;
    private readonly Tensor[] keys;
    private readonly Tensor[] values;

    internal CompositeKeyValueCache(Compute compute, int layers, AttentionLayout layout, int rows, int positions)
        : base(layout, rows, positions)
    {
        this.compute = compute;
        Tensor Room() => zeros([rows, layout.KeyValueHeads, positions, layout.HeadWidth], dtype: compute.Type, device: compute.Device).DetachFromDisposeScope();
        keys = [.. Enumerable.Range(0, layers).Select(_ => Room())];
        values = [.. Enumerable.Range(0, layers).Select(_ => Room())];
    }

    internal override Tensor Attend(int layer, Tensor projection, int rows, int time, Rotary rotary)
    {
        var (q, k, v) = CausalAttention.Split(projection, rows, time, Layout);
        var total = Length + time;
        keys[layer].narrow(2, Length, time).copy_(rotary.Composite(k, Length));
        values[layer].narrow(2, Length, time).copy_(v);
        var (allKeys, allValues) = (keys[layer].narrow(2, 0, total), values[layer].narrow(2, 0, total));
        if (Layout.Group > 1) (allKeys, allValues) = (allKeys.repeat_interleave(Layout.Group, 1), allValues.repeat_interleave(Layout.Group, 1));
        // Query t may see positions 0 .. Length + t.
        var hidden = time == 1 ? null : ones([time, total], device: compute.Device).triu(Length + 1).to(ScalarType.Bool);
        var scores = rotary.Composite(q, Length).matmul(allKeys.transpose(2, 3)) * Layout.Scale;
        if (hidden is not null) scores = scores.masked_fill(hidden, float.NegativeInfinity);
        return scores.softmax(-1).matmul(allValues).transpose(1, 2).reshape(rows * time, Layout.Heads * Layout.HeadWidth);
    }

    internal override void Keep(IReadOnlyList<int> places)
    {
        base.Keep(places);
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

    public override void Dispose()
    {
        foreach (var tensor in keys.Concat(values)) tensor.Dispose();
    }
}
