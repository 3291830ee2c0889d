using System.Runtime.CompilerServices;

namespace Bench.Lab.Kernels;

/// <summary>
/// Small products of matrices whose elements are vectors, a sequence in each lane: y[i, j] = Σₖ a[i, k] · b[j, k]. Rows
/// and steps are in elements of float32; nothing is summed across lanes, so that many sequences are computed as one.
/// </summary>
internal static unsafe class LaneProduct<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Rows of a that are multiplied at a time.</summary>
    internal static int Rows => TLanes.ManyRegisters ? 4 : 2;

    /// <summary>For all i and j.</summary>
    /// <param name="a">Rows i, columns k.</param>
    /// <param name="b">Rows j, columns k.</param>
    /// <param name="y">Rows i, columns j.</param>
    /// <param name="add">Whether y is added to.</param>
    internal static void Multiply(Matrix a, Matrix b, Matrix y, bool add = false)
    {
        var i = 0;
        if (TLanes.ManyRegisters)
            for (; i <= a.Rows - 4; i += 4)
                Four(a.Start + i * a.Row, in a, in b, y.Start + i * y.Row, in y, add);
        for (; i < a.Rows; i += 2)
            Two(a.Start + i * a.Row, in a, in b, y.Start + i * y.Row, in y, a.Rows - i > 1, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* from, in Matrix a, in Matrix b, float* to, in Matrix y, bool add)
    {
        float* a1 = from + a.Row,
            a2 = a1 + a.Row,
            a3 = a2 + a.Row;
        long step = a.Step,
            other = b.Step,
            count = a.Columns,
            row = b.Row;
        var last = b.Rows - 1;
        for (var j = 0; j <= last; j += 4)
        {
            // At the edge the last row is taken again, and its sums are dropped.
            float* b0 = b.Start + j * row,
                b1 = b0 + (j < last ? row : 0),
                b2 = b1 + (j + 1 < last ? row : 0),
                b3 = b2 + (j + 2 < last ? row : 0);
            TLanes p0 = default,
                p1 = default,
                p2 = default,
                p3 = default,
                q0 = default,
                q1 = default,
                q2 = default,
                q3 = default;
            TLanes r0 = default,
                r1 = default,
                r2 = default,
                r3 = default,
                s0 = default,
                s1 = default,
                s2 = default,
                s3 = default;
            for (long k = 0, mine = 0, theirs = 0; k < count; k++, mine += step, theirs += other)
            {
                TLanes u = TLanes.Load(from + mine),
                    v = TLanes.Load(a1 + mine),
                    w = TLanes.Load(a2 + mine),
                    x = TLanes.Load(a3 + mine);
                var z = TLanes.Load(b0 + theirs);
                p0 = TLanes.MultiplyAdd(u, z, p0);
                q0 = TLanes.MultiplyAdd(v, z, q0);
                r0 = TLanes.MultiplyAdd(w, z, r0);
                s0 = TLanes.MultiplyAdd(x, z, s0);
                z = TLanes.Load(b1 + theirs);
                p1 = TLanes.MultiplyAdd(u, z, p1);
                q1 = TLanes.MultiplyAdd(v, z, q1);
                r1 = TLanes.MultiplyAdd(w, z, r1);
                s1 = TLanes.MultiplyAdd(x, z, s1);
                z = TLanes.Load(b2 + theirs);
                p2 = TLanes.MultiplyAdd(u, z, p2);
                q2 = TLanes.MultiplyAdd(v, z, q2);
                r2 = TLanes.MultiplyAdd(w, z, r2);
                s2 = TLanes.MultiplyAdd(x, z, s2);
                z = TLanes.Load(b3 + theirs);
                p3 = TLanes.MultiplyAdd(u, z, p3);
                q3 = TLanes.MultiplyAdd(v, z, q3);
                r3 = TLanes.MultiplyAdd(w, z, r3);
                s3 = TLanes.MultiplyAdd(x, z, s3);
            }

            var target = to + j * y.Step;
            var there = last - j;
            Put(p0, p1, p2, p3, target, y.Step, there, add);
            Put(q0, q1, q2, q3, target + y.Row, y.Step, there, add);
            Put(r0, r1, r2, r3, target + 2 * y.Row, y.Step, there, add);
            Put(s0, s1, s2, s3, target + 3 * y.Row, y.Step, there, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(float* from, in Matrix a, in Matrix b, float* to, in Matrix y, bool both, bool add)
    {
        var a1 = from + (both ? a.Row : 0);
        long step = a.Step,
            other = b.Step,
            count = a.Columns,
            row = b.Row;
        var last = b.Rows - 1;
        for (var j = 0; j <= last; j += 4)
        {
            float* b0 = b.Start + j * row,
                b1 = b0 + (j < last ? row : 0),
                b2 = b1 + (j + 1 < last ? row : 0),
                b3 = b2 + (j + 2 < last ? row : 0);
            TLanes p0 = default,
                p1 = default,
                p2 = default,
                p3 = default,
                q0 = default,
                q1 = default,
                q2 = default,
                q3 = default;
            for (long k = 0, mine = 0, theirs = 0; k < count; k++, mine += step, theirs += other)
            {
                TLanes u = TLanes.Load(from + mine),
                    v = TLanes.Load(a1 + mine),
                    z = TLanes.Load(b0 + theirs);
                p0 = TLanes.MultiplyAdd(u, z, p0);
                q0 = TLanes.MultiplyAdd(v, z, q0);
                z = TLanes.Load(b1 + theirs);
                p1 = TLanes.MultiplyAdd(u, z, p1);
                q1 = TLanes.MultiplyAdd(v, z, q1);
                z = TLanes.Load(b2 + theirs);
                p2 = TLanes.MultiplyAdd(u, z, p2);
                q2 = TLanes.MultiplyAdd(v, z, q2);
                z = TLanes.Load(b3 + theirs);
                p3 = TLanes.MultiplyAdd(u, z, p3);
                q3 = TLanes.MultiplyAdd(v, z, q3);
            }

            var target = to + j * y.Step;
            Put(p0, p1, p2, p3, target, y.Step, last - j, add);
            if (both)
                Put(q0, q1, q2, q3, target + y.Row, y.Step, last - j, add);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TLanes a, TLanes b, TLanes c, TLanes d, float* to, long step, int beyond, bool add)
    {
        if (add)
        {
            a += TLanes.Load(to);
            if (beyond > 0)
                b += TLanes.Load(to + step);
            if (beyond > 1)
                c += TLanes.Load(to + 2 * step);
            if (beyond > 2)
                d += TLanes.Load(to + 3 * step);
        }

        a.Store(to);
        if (beyond > 0)
            b.Store(to + step);
        if (beyond > 1)
            c.Store(to + 2 * step);
        if (beyond > 2)
            d.Store(to + 3 * step);
    }
}
