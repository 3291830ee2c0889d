using System.Runtime.CompilerServices;
using Bench.Lab.Tensors;

namespace Bench.Lab.Kernels;

/// <summary>
/// Products of a matrix of weights with activations that lie in columns, [channel, position]: vectors run along the
/// positions, so that weights are read as they lie, by rows or by columns, and nothing is packed. Rows of activations
/// take whole panels of <see cref="NativeRows.Panel"/> positions.
/// </summary>
internal static unsafe class ColumnProduct<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Weights whose rows stay in the second cache while all positions pass by.</summary>
    private const int CachedWeights = 32 * 1024;

    /// <summary>Positions whose activations stay in the second cache while all weights pass by.</summary>
    private const int CachedPositions = 256;

    /// <summary>Multiply-adds below which starting threads would take longer than they save.</summary>
    private const double WorthThreads = 4e6;

    // Of a tile of sums, two vectors wide.
    private static int Rows => TLanes.ManyRegisters ? 8 : 4;

    /// <summary>
    /// y[o, p] = Σᵢ w[o, i] · x[i, p], or added to what y holds, for the first positions. The rows of x and y hold
    /// whole panels.
    /// </summary>
    internal static void Multiply(Matrix w, Matrix x, Matrix y, int positions, bool add = false)
    {
        var threads = (double)w.Rows * w.Columns * positions < WorthThreads ? 1 : Compute.Threads;
        if (threads == 1)
        {
            Part(w, x, y, 0, positions, add);
            return;
        }

        // Each result is summed by one thread, in the same order whatever their number.
        var panels = (positions + NativeRows.Panel - 1) / NativeRows.Panel;
        Parallel.For(
            0,
            threads,
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            thread =>
                Part(
                    w,
                    x,
                    y,
                    panels * thread / threads * NativeRows.Panel,
                    Math.Min(panels * (thread + 1) / threads * NativeRows.Panel, positions),
                    add
                )
        );
    }

    private static void Part(Matrix w, Matrix x, Matrix y, int first, int end, bool add)
    {
        var together = Math.Max(Rows, CachedWeights / Math.Max(w.Columns, 1) / Rows * Rows);
        for (var from = 0; from < w.Rows; from += together)
        {
            var to = Math.Min(from + together, w.Rows);
            for (var position = first; position < end; position += 2 * TLanes.Count)
            {
                float* input = x.Start + position,
                    output = y.Start + position;
                var o = from;
                if (TLanes.ManyRegisters)
                    for (; o <= to - 8; o += 8)
                        EightRows(
                            w.Start + o * w.Row,
                            w.Row,
                            w.Step,
                            w.Columns,
                            input,
                            x.Row,
                            output + o * y.Row,
                            y.Row,
                            add
                        );
                for (; o <= to - 4; o += 4)
                    FourRows(
                        w.Start + o * w.Row,
                        w.Row,
                        w.Step,
                        w.Columns,
                        input,
                        x.Row,
                        output + o * y.Row,
                        y.Row,
                        add
                    );
                for (; o < to; o++)
                    OneRow(w.Start + o * w.Row, w.Step, w.Columns, input, x.Row, output + o * y.Row, add);
            }
        }
    }

    /// <summary>
    /// target[o, i] += Σₚ y[o, p] · x[p, i], the gradient of weights: x lies in rows, [position, channel], that hold
    /// whole panels; those of the target need not.
    /// </summary>
    internal static void AddOuter(Matrix y, Matrix x, int positions, Matrix target)
    {
        var rest = stackalloc float[8 * NativeRows.Panel];
        var panel = 2 * TLanes.Count;
        var whole = target.Columns / panel * panel;
        for (var from = 0; from < positions; from += CachedPositions)
        {
            var part = new Matrix(y.Start + from, y.Rows, Math.Min(CachedPositions, positions - from), y.Row);
            var input = x.From(from, part.Columns);
            Multiply(part, input, target, whole, add: true);
            if (whole == target.Columns)
                continue;
            for (var o = 0; o < y.Rows; o += 8)
            {
                // The rest of a row is narrower than a panel.
                var some = Math.Min(8, y.Rows - o);
                Multiply(
                    part.From(o, some),
                    new Matrix(input.Start + whole, input.Rows, panel, input.Row),
                    new Matrix(rest, some, panel, panel),
                    panel
                );
                for (var r = 0; r < some; r++)
                for (var i = whole; i < target.Columns; i++)
                    target.Start[(o + r) * target.Row + i] += rest[r * panel + i - whole];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows(
        float* w,
        long row,
        long step,
        int inputs,
        float* x,
        long xRow,
        float* y,
        long yRow,
        bool add
    )
    {
        float* w1 = w + row,
            w2 = w1 + row,
            w3 = w2 + row,
            w4 = w3 + row,
            w5 = w4 + row,
            w6 = w5 + row,
            w7 = w6 + row;
        TLanes a0 = default,
            b0 = default,
            a1 = default,
            b1 = default,
            a2 = default,
            b2 = default,
            a3 = default,
            b3 = default;
        TLanes a4 = default,
            b4 = default,
            a5 = default,
            b5 = default,
            a6 = default,
            b6 = default,
            a7 = default,
            b7 = default;
        for (long at = 0; inputs > 0; inputs--, at += step, x += xRow)
        {
            var (left, right) = (TLanes.Load(x), TLanes.Load(x + TLanes.Count));
            var v = TLanes.Of(w[at]);
            (a0, b0) = (TLanes.MultiplyAdd(v, left, a0), TLanes.MultiplyAdd(v, right, b0));
            v = TLanes.Of(w1[at]);
            (a1, b1) = (TLanes.MultiplyAdd(v, left, a1), TLanes.MultiplyAdd(v, right, b1));
            v = TLanes.Of(w2[at]);
            (a2, b2) = (TLanes.MultiplyAdd(v, left, a2), TLanes.MultiplyAdd(v, right, b2));
            v = TLanes.Of(w3[at]);
            (a3, b3) = (TLanes.MultiplyAdd(v, left, a3), TLanes.MultiplyAdd(v, right, b3));
            v = TLanes.Of(w4[at]);
            (a4, b4) = (TLanes.MultiplyAdd(v, left, a4), TLanes.MultiplyAdd(v, right, b4));
            v = TLanes.Of(w5[at]);
            (a5, b5) = (TLanes.MultiplyAdd(v, left, a5), TLanes.MultiplyAdd(v, right, b5));
            v = TLanes.Of(w6[at]);
            (a6, b6) = (TLanes.MultiplyAdd(v, left, a6), TLanes.MultiplyAdd(v, right, b6));
            v = TLanes.Of(w7[at]);
            (a7, b7) = (TLanes.MultiplyAdd(v, left, a7), TLanes.MultiplyAdd(v, right, b7));
        }

        Put(a0, b0, y, add);
        Put(a1, b1, y + yRow, add);
        Put(a2, b2, y + 2 * yRow, add);
        Put(a3, b3, y + 3 * yRow, add);
        Put(a4, b4, y + 4 * yRow, add);
        Put(a5, b5, y + 5 * yRow, add);
        Put(a6, b6, y + 6 * yRow, add);
        Put(a7, b7, y + 7 * yRow, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows(
        float* w,
        long row,
        long step,
        int inputs,
        float* x,
        long xRow,
        float* y,
        long yRow,
        bool add
    )
    {
        float* w1 = w + row,
            w2 = w1 + row,
            w3 = w2 + row;
        TLanes a0 = default,
            b0 = default,
            a1 = default,
            b1 = default,
            a2 = default,
            b2 = default,
            a3 = default,
            b3 = default;
        for (long at = 0; inputs > 0; inputs--, at += step, x += xRow)
        {
            var (left, right) = (TLanes.Load(x), TLanes.Load(x + TLanes.Count));
            var v = TLanes.Of(w[at]);
            (a0, b0) = (TLanes.MultiplyAdd(v, left, a0), TLanes.MultiplyAdd(v, right, b0));
            v = TLanes.Of(w1[at]);
            (a1, b1) = (TLanes.MultiplyAdd(v, left, a1), TLanes.MultiplyAdd(v, right, b1));
            v = TLanes.Of(w2[at]);
            (a2, b2) = (TLanes.MultiplyAdd(v, left, a2), TLanes.MultiplyAdd(v, right, b2));
            v = TLanes.Of(w3[at]);
            (a3, b3) = (TLanes.MultiplyAdd(v, left, a3), TLanes.MultiplyAdd(v, right, b3));
        }

        Put(a0, b0, y, add);
        Put(a1, b1, y + yRow, add);
        Put(a2, b2, y + 2 * yRow, add);
        Put(a3, b3, y + 3 * yRow, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(float* w, long step, int inputs, float* x, long xRow, float* y, bool add)
    {
        TLanes a = default,
            b = default;
        for (long at = 0; inputs > 0; inputs--, at += step, x += xRow)
        {
            var v = TLanes.Of(w[at]);
            (a, b) = (
                TLanes.MultiplyAdd(v, TLanes.Load(x), a),
                TLanes.MultiplyAdd(v, TLanes.Load(x + TLanes.Count), b)
            );
        }

        Put(a, b, y, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(TLanes a, TLanes b, float* y, bool add)
    {
        if (add)
            (a, b) = (a + TLanes.Load(y), b + TLanes.Load(y + TLanes.Count));
        a.Store(y);
        b.Store(y + TLanes.Count);
    }
}
