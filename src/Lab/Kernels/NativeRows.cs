using System.Runtime.InteropServices;

namespace Bench.Lab.Kernels;

/// <summary>
/// Rows of float32 outside the managed heap that are reused from step to step. A row takes whole panels of <see
/// cref="Panel"/> elements, so that kernels need no scalar tail: what lies beyond the columns is scratch.
/// </summary>
internal sealed unsafe class NativeRows : IDisposable
{
    /// <summary>Two vectors.</summary>
    internal const int Panel = 2 * Simd.Width;

    private const int Alignment = 64;

    private readonly int rows;
    private readonly int columns;
    private readonly float* start;
    private void* block;

    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    /// <param name="spare">Rows beyond the last that may be read and written, as kernels do which take <see
    /// cref="TileProduct.Rows"/> at a time.</param>
    internal NativeRows(int rows, int columns, int spare = TileProduct.Rows)
    {
        (Stride, this.rows, this.columns) = (Padded(columns), rows + spare, columns);
        var bytes = (nuint)this.rows * (nuint)Stride * sizeof(float) + Alignment;
        // Memory that is new from the system is zero already, and is given only where it is touched.
        block = NativeMemory.AllocZeroed(bytes);
        start = (float*)(((nuint)block + Alignment - 1) & ~(nuint)(Alignment - 1));
    }

    ~NativeRows() => Free();

    /// <summary>Rows, the spare ones included.</summary>
    internal int Rows => rows;

    /// <summary>Elements from a row to the next.</summary>
    internal int Stride { get; }

    internal static int Padded(int columns) => (columns + Panel - 1) / Panel * Panel;

    internal float* this[long row] => start + row * Stride;

    /// <summary>The first rows as a matrix.</summary>
    internal Matrix First(int count) => new(start, count, columns, Stride);

    internal void Clear() => Clear(rows);

    internal void Clear(int first) => NativeMemory.Clear(start, (nuint)first * (nuint)Stride * sizeof(float));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (block == null)
            return;
        NativeMemory.Free(block);
        block = null;
    }
}
