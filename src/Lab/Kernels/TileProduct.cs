using System.Runtime.Intrinsics;

namespace Bench.Lab.Kernels;

/// <summary>
/// y[r, o] = Σᵢ x[r, i] · w[i, o] for eight rows r and one panel of outputs o, or added to what y holds: the innermost
/// loop of products. Each output is summed over i in order. x[r, i] lies at r · row + i · step, so that a matrix is
/// read transposed as well; w and y hold a whole panel of 16 or 32 outputs, and eight rows of x and y must be there.
/// </summary>
internal static unsafe class TileProduct
{
    internal const int Rows = 8;

    /// <summary>Of 32 outputs: sixteen sums, so that none waits for its predecessor.</summary>
    internal static void Wide(float* x, long row, long step, float* w, int inputs, float* y, long yRow, bool add)
    {
        float* x1 = x + 1 * row,
            x2 = x + 2 * row,
            x3 = x + 3 * row,
            x4 = x + 4 * row,
            x5 = x + 5 * row,
            x6 = x + 6 * row,
            x7 = x + 7 * row;
        Vector512<float> a0 = default,
            b0 = default,
            a1 = default,
            b1 = default,
            a2 = default,
            b2 = default,
            a3 = default,
            b3 = default,
            a4 = default,
            b4 = default,
            a5 = default,
            b5 = default,
            a6 = default,
            b6 = default,
            a7 = default,
            b7 = default;
        for (long input = 0, at = 0; input < inputs; input++, at += step, w += 2 * Simd.Width)
        {
            var (left, right) = (Vector512.Load(w), Vector512.Load(w + Simd.Width));
            Vector512<float> v;
            v = Vector512.Create(x[at]);
            (a0, b0) = (Vector512.FusedMultiplyAdd(v, left, a0), Vector512.FusedMultiplyAdd(v, right, b0));
            v = Vector512.Create(x1[at]);
            (a1, b1) = (Vector512.FusedMultiplyAdd(v, left, a1), Vector512.FusedMultiplyAdd(v, right, b1));
            v = Vector512.Create(x2[at]);
            (a2, b2) = (Vector512.FusedMultiplyAdd(v, left, a2), Vector512.FusedMultiplyAdd(v, right, b2));
            v = Vector512.Create(x3[at]);
            (a3, b3) = (Vector512.FusedMultiplyAdd(v, left, a3), Vector512.FusedMultiplyAdd(v, right, b3));
            v = Vector512.Create(x4[at]);
            (a4, b4) = (Vector512.FusedMultiplyAdd(v, left, a4), Vector512.FusedMultiplyAdd(v, right, b4));
            v = Vector512.Create(x5[at]);
            (a5, b5) = (Vector512.FusedMultiplyAdd(v, left, a5), Vector512.FusedMultiplyAdd(v, right, b5));
            v = Vector512.Create(x6[at]);
            (a6, b6) = (Vector512.FusedMultiplyAdd(v, left, a6), Vector512.FusedMultiplyAdd(v, right, b6));
            v = Vector512.Create(x7[at]);
            (a7, b7) = (Vector512.FusedMultiplyAdd(v, left, a7), Vector512.FusedMultiplyAdd(v, right, b7));
        }

        Put(a0, y + 0 * yRow, add);
        Put(b0, y + 0 * yRow + Simd.Width, add);
        Put(a1, y + 1 * yRow, add);
        Put(b1, y + 1 * yRow + Simd.Width, add);
        Put(a2, y + 2 * yRow, add);
        Put(b2, y + 2 * yRow + Simd.Width, add);
        Put(a3, y + 3 * yRow, add);
        Put(b3, y + 3 * yRow + Simd.Width, add);
        Put(a4, y + 4 * yRow, add);
        Put(b4, y + 4 * yRow + Simd.Width, add);
        Put(a5, y + 5 * yRow, add);
        Put(b5, y + 5 * yRow + Simd.Width, add);
        Put(a6, y + 6 * yRow, add);
        Put(b6, y + 6 * yRow + Simd.Width, add);
        Put(a7, y + 7 * yRow, add);
        Put(b7, y + 7 * yRow + Simd.Width, add);
    }

    /// <summary>Of 16 outputs.</summary>
    internal static void Narrow(float* x, long row, long step, float* w, int inputs, float* y, long yRow, bool add)
    {
        float* x1 = x + 1 * row,
            x2 = x + 2 * row,
            x3 = x + 3 * row,
            x4 = x + 4 * row,
            x5 = x + 5 * row,
            x6 = x + 6 * row,
            x7 = x + 7 * row;
        Vector512<float> a0 = default,
            a1 = default,
            a2 = default,
            a3 = default,
            a4 = default,
            a5 = default,
            a6 = default,
            a7 = default;
        for (long input = 0, at = 0; input < inputs; input++, at += step, w += Simd.Width)
        {
            var weights = Vector512.Load(w);
            a0 = Vector512.FusedMultiplyAdd(Vector512.Create(x[at]), weights, a0);
            a1 = Vector512.FusedMultiplyAdd(Vector512.Create(x1[at]), weights, a1);
            a2 = Vector512.FusedMultiplyAdd(Vector512.Create(x2[at]), weights, a2);
            a3 = Vector512.FusedMultiplyAdd(Vector512.Create(x3[at]), weights, a3);
            a4 = Vector512.FusedMultiplyAdd(Vector512.Create(x4[at]), weights, a4);
            a5 = Vector512.FusedMultiplyAdd(Vector512.Create(x5[at]), weights, a5);
            a6 = Vector512.FusedMultiplyAdd(Vector512.Create(x6[at]), weights, a6);
            a7 = Vector512.FusedMultiplyAdd(Vector512.Create(x7[at]), weights, a7);
        }

        Put(a0, y + 0 * yRow, add);
        Put(a1, y + 1 * yRow, add);
        Put(a2, y + 2 * yRow, add);
        Put(a3, y + 3 * yRow, add);
        Put(a4, y + 4 * yRow, add);
        Put(a5, y + 5 * yRow, add);
        Put(a6, y + 6 * yRow, add);
        Put(a7, y + 7 * yRow, add);
    }

    /// <summary>One row by one panel of 32.</summary>
    internal static void OneRow(float* x, long step, float* w, int inputs, float* y)
    {
        Vector512<float> a = default,
            b = default;
        for (long input = 0, at = 0; input < inputs; input++, at += step, w += 2 * Simd.Width)
        {
            var v = Vector512.Create(x[at]);
            (a, b) = (
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w), a),
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w + Simd.Width), b)
            );
        }

        a.Store(y);
        b.Store(y + Simd.Width);
    }

    /// <summary>
    /// One row by four panels of 32 that follow one another by a distance, since one panel's two sums would wait for
    /// each other.
    /// </summary>
    internal static void OneRow(float* x, long step, float* w, long distance, int inputs, float* y, bool add)
    {
        float* w1 = w + distance,
            w2 = w1 + distance,
            w3 = w2 + distance;
        Vector512<float> a0 = default,
            b0 = default,
            a1 = default,
            b1 = default,
            a2 = default,
            b2 = default,
            a3 = default,
            b3 = default;
        for (long input = 0, from = 0, at = 0; input < inputs; input++, from += step, at += 2 * Simd.Width)
        {
            var v = Vector512.Create(x[from]);
            (a0, b0) = (
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w + at), a0),
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w + at + Simd.Width), b0)
            );
            (a1, b1) = (
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w1 + at), a1),
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w1 + at + Simd.Width), b1)
            );
            (a2, b2) = (
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w2 + at), a2),
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w2 + at + Simd.Width), b2)
            );
            (a3, b3) = (
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w3 + at), a3),
                Vector512.FusedMultiplyAdd(v, Vector512.Load(w3 + at + Simd.Width), b3)
            );
        }

        Put(a0, y, add);
        Put(b0, y + 1 * Simd.Width, add);
        Put(a1, y + 2 * Simd.Width, add);
        Put(b1, y + 3 * Simd.Width, add);
        Put(a2, y + 4 * Simd.Width, add);
        Put(b2, y + 5 * Simd.Width, add);
        Put(a3, y + 6 * Simd.Width, add);
        Put(b3, y + 7 * Simd.Width, add);
    }

    private static void Put(Vector512<float> sum, float* y, bool add)
    {
        if (add)
            sum += Vector512.Load(y);
        sum.Store(y);
    }
}
