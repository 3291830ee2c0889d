using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Bench.Lab.Kernels;

/// <summary>Turns a matrix over: columns become rows.</summary>
internal static unsafe class Transposition
{
    private const int Side = 8;

    /// <summary>target[c, r] = source[r, c], for the first columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Turn(Matrix source, Matrix target, int columns)
    {
        var (wholeRows, wholeColumns) = Avx.IsSupported ? (source.Rows / Side * Side, columns / Side * Side) : (0, 0);
        for (var c = 0; c < wholeColumns; c += Side)
        for (var r = 0; r < wholeRows; r += Side)
            Square(source.Start + r * source.Row + c, source.Row, target.Start + c * target.Row + r, target.Row);
        for (var r = wholeRows; r < source.Rows; r++)
        for (var c = 0; c < columns; c++)
            target.Start[c * target.Row + r] = source.Start[r * source.Row + c];
        for (var r = 0; r < wholeRows; r++)
        for (var c = wholeColumns; c < columns; c++)
            target.Start[c * target.Row + r] = source.Start[r * source.Row + c];
    }

    // Pairs of rows, then pairs of pairs, then halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Square(float* from, long row, float* to, long toRow)
    {
        Vector256<float> a = Vector256.Load(from),
            b = Vector256.Load(from + row),
            c = Vector256.Load(from + 2 * row),
            d = Vector256.Load(from + 3 * row);
        from += 4 * row;
        Vector256<float> e = Vector256.Load(from),
            f = Vector256.Load(from + row),
            g = Vector256.Load(from + 2 * row),
            h = Vector256.Load(from + 3 * row);
        Vector256<float> ab0 = Avx.UnpackLow(a, b),
            ab1 = Avx.UnpackHigh(a, b),
            cd0 = Avx.UnpackLow(c, d),
            cd1 = Avx.UnpackHigh(c, d);
        Vector256<float> ef0 = Avx.UnpackLow(e, f),
            ef1 = Avx.UnpackHigh(e, f),
            gh0 = Avx.UnpackLow(g, h),
            gh1 = Avx.UnpackHigh(g, h);
        const byte Low = 0b01_00_01_00,
            High = 0b11_10_11_10,
            Lower = 0x20,
            Upper = 0x31;
        Vector256<float> p0 = Avx.Shuffle(ab0, cd0, Low),
            p1 = Avx.Shuffle(ab0, cd0, High),
            p2 = Avx.Shuffle(ab1, cd1, Low),
            p3 = Avx.Shuffle(ab1, cd1, High);
        Vector256<float> q0 = Avx.Shuffle(ef0, gh0, Low),
            q1 = Avx.Shuffle(ef0, gh0, High),
            q2 = Avx.Shuffle(ef1, gh1, Low),
            q3 = Avx.Shuffle(ef1, gh1, High);
        Avx.Permute2x128(p0, q0, Lower).Store(to);
        Avx.Permute2x128(p1, q1, Lower).Store(to + toRow);
        Avx.Permute2x128(p2, q2, Lower).Store(to + 2 * toRow);
        Avx.Permute2x128(p3, q3, Lower).Store(to + 3 * toRow);
        to += 4 * toRow;
        Avx.Permute2x128(p0, q0, Upper).Store(to);
        Avx.Permute2x128(p1, q1, Upper).Store(to + toRow);
        Avx.Permute2x128(p2, q2, Upper).Store(to + 2 * toRow);
        Avx.Permute2x128(p3, q3, Upper).Store(to + 3 * toRow);
    }
}
