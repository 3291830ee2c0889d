using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Keys and values of the positions so far, preallocated for a number of rows and positions. All rows have the same length; rows that
/// are finished can be left out of further steps.
/// </summary>
internal abstract class KeyValueCache : IDisposable
{
    private protected KeyValueCache(AttentionLayout layout, int rows, int positions)
    {
        (Layout, Positions) = (layout, positions);
        Active = [.. Enumerable.Range(0, rows)];
    }

    internal AttentionLayout Layout { get; }

    /// <summary>The most positions that fit.</summary>
    internal int Positions { get; }

    /// <summary>Positions held.</summary>
    internal int Length { get; private set; }

    /// <summary>The rows of the cache that take part in the next step, in the order of the step's rows.</summary>
    internal int[] Active { get; private set; }

    internal static KeyValueCache Create(Compute compute, int layers, AttentionLayout layout, int rows, int positions) => compute.Fused
        ? new FusedKeyValueCache(layers, layout, rows, positions)
        : new CompositeKeyValueCache(compute, layers, layout, rows, positions);

    /// <summary>Adds the keys and values of new positions and returns what their queries attend to, [rows · time, heads · width].</summary>
    internal abstract Tensor Attend(int layer, Tensor projection, int rows, int time, Rotary rotary);

    internal void Advance(int time) => Length += time;

    /// <summary>Keeps only some of the active rows, by their place in the last step.</summary>
    internal virtual void Keep(IReadOnlyList<int> places) => Active = [.. places.Select(place => Active[place])];

    /// <inheritdoc/>
    public abstract void Dispose();
}
