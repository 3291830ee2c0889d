using System.Runtime.InteropServices;

namespace Bench.Lab.Kernels;

/// <summary>
/// Rows of float32 outside the managed heap that are reused from step to step. A row takes whole panels of <see cref="Panel"/> elements, so that kernels need no scalar tail:
/// what lies beyond the columns is scratch.
/// </summary>
internal sealed unsafe class NativeRows : IDisposable
{
    /// <summary>Two vectors.</summary>
    internal const int Panel = 2 * Simd.Width;

    /// <summary>Rows beyond the last that may be read and written.</summary>
    internal const int Spare = 8;

    private readonly nuint bytes;
    private float* start;

    internal NativeRows(int rows, int columns)
    {
        (Columns, Stride) = (columns, Padded(columns));
        bytes = (nuint)(rows + Spare) * (nuint)Stride * sizeof(float);
        start = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(start, bytes);
        GC.AddMemoryPressure((long)bytes);
    }

    ~NativeRows() => Free();

    internal int Columns { get; }

    /// <summary>Elements from a row to the next.</summary>
    internal int Stride { get; }

    internal static int Padded(int columns) => (columns + Panel - 1) / Panel * Panel;

    internal float* this[long row] => start + row * Stride;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (start == null) return;
        NativeMemory.AlignedFree(start);
        start = null;
        GC.RemoveMemoryPressure((long)bytes);
    }
}
