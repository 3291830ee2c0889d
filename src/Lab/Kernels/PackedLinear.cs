using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// y = x Wᵀ + b where W stays the same, as in writing and reading. W [outputs, inputs] is copied once into panels, [panel, input, 32 outputs], so that every step reads it in order and without
/// packing it again. Each output is summed over the inputs in their order, whatever the number of rows: a row's result does not depend on its neighbours, to the bit.
/// </summary>
internal sealed unsafe class PackedLinear : IDisposable
{
    private const int RowTile = NativeRows.Spare;

    /// <summary>Rows that stay in the first caches while all panels pass by.</summary>
    private const int RowBlock = 64;

    private readonly Tensor weight;
    private readonly float[]? bias;
    private readonly NativeRows? panels;
    private readonly int inputs;
    private readonly int outputs;

    /// <param name="weight">W.</param>
    /// <param name="bias">b; null for none.</param>
    /// <param name="pack">Whether W is copied; else it stays where it is, and torch multiplies.</param>
    internal PackedLinear(Tensor weight, Tensor? bias, bool pack = true)
    {
        (this.weight, this.bias) = (weight, bias?.ToArray());
        (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        if (!pack) return;
        var count = NativeRows.Padded(outputs) / NativeRows.Panel;
        panels = new NativeRows(count, inputs * NativeRows.Panel);
        var source = weight.Pointer();
        for (var panel = 0; panel < count; panel++)
        {
            var target = panels[panel];
            var there = Math.Min(NativeRows.Panel, outputs - panel * NativeRows.Panel);
            for (var output = 0; output < there; output++)
            {
                var row = source + ((long)panel * NativeRows.Panel + output) * inputs;
                for (var input = 0; input < inputs; input++) target[(long)input * NativeRows.Panel + output] = row[input];
            }
        }
    }

    /// <summary>y = x Wᵀ + b, or y += x Wᵀ + b, for the first rows of x.</summary>
    internal void Apply(NativeRows x, int rows, NativeRows y, bool add = false)
    {
        if (panels is null)
        {
            ByTorch(x, rows, y, add);
        }
        else
        {
            var count = NativeRows.Padded(outputs) / NativeRows.Panel;
            // From three rows on a tile is quicker than they are one by one, whatever its other rows hold.
            var tiled = (rows + RowTile - 3) / RowTile * RowTile;
            for (var from = 0; from < tiled; from += RowBlock)
            {
                var to = Math.Min(from + RowBlock, tiled);
                for (var panel = 0; panel < count; panel++)
                    for (var row = from; row < to; row += RowTile) Tile(x[row], x.Stride, panels[panel], y[row] + panel * NativeRows.Panel, y.Stride, add);
            }

            for (var row = tiled; row < rows; row++)
            {
                var panel = 0;
                for (; panel <= count - 4; panel += 4) OneRow(x[row], panels[panel], y[row] + panel * NativeRows.Panel, add);
                for (; panel < count; panel++) OneRowOnePanel(x[row], panels[panel], y[row] + panel * NativeRows.Panel, add);
            }
        }

        if (bias is null) return;
        fixed (float* b = bias)
            for (var row = 0; row < rows; row++) Simd.AddScaled(y[row], b, outputs, 1);
    }

    public void Dispose() => panels?.Dispose();

    private void Tile(float* x, int stride, float* w, float* y, int yStride, bool add)
    {
        float* x1 = x + 1 * stride, x2 = x + 2 * stride, x3 = x + 3 * stride, x4 = x + 4 * stride, x5 = x + 5 * stride, x6 = x + 6 * stride, x7 = x + 7 * stride;
        Vector512<float> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default, a6 = default, b6 = default, a7 = default, b7 = default;
        for (var input = 0; input < inputs; input++, w += NativeRows.Panel)
        {
            var (left, right) = (Vector512.Load(w), Vector512.Load(w + Simd.Width));
            Vector512<float> v;
            v = Vector512.Create(x[input]);
            (a0, b0) = (Vector512.FusedMultiplyAdd(v, left, a0), Vector512.FusedMultiplyAdd(v, right, b0));
            v = Vector512.Create(x1[input]);
            (a1, b1) = (Vector512.FusedMultiplyAdd(v, left, a1), Vector512.FusedMultiplyAdd(v, right, b1));
            v = Vector512.Create(x2[input]);
            (a2, b2) = (Vector512.FusedMultiplyAdd(v, left, a2), Vector512.FusedMultiplyAdd(v, right, b2));
            v = Vector512.Create(x3[input]);
            (a3, b3) = (Vector512.FusedMultiplyAdd(v, left, a3), Vector512.FusedMultiplyAdd(v, right, b3));
            v = Vector512.Create(x4[input]);
            (a4, b4) = (Vector512.FusedMultiplyAdd(v, left, a4), Vector512.FusedMultiplyAdd(v, right, b4));
            v = Vector512.Create(x5[input]);
            (a5, b5) = (Vector512.FusedMultiplyAdd(v, left, a5), Vector512.FusedMultiplyAdd(v, right, b5));
            v = Vector512.Create(x6[input]);
            (a6, b6) = (Vector512.FusedMultiplyAdd(v, left, a6), Vector512.FusedMultiplyAdd(v, right, b6));
            v = Vector512.Create(x7[input]);
            (a7, b7) = (Vector512.FusedMultiplyAdd(v, left, a7), Vector512.FusedMultiplyAdd(v, right, b7));
        }

        Put(a0, b0, y + 0 * yStride, add);
        Put(a1, b1, y + 1 * yStride, add);
        Put(a2, b2, y + 2 * yStride, add);
        Put(a3, b3, y + 3 * yStride, add);
        Put(a4, b4, y + 4 * yStride, add);
        Put(a5, b5, y + 5 * yStride, add);
        Put(a6, b6, y + 6 * yStride, add);
        Put(a7, b7, y + 7 * yStride, add);
    }

    // Four panels at once, since one panel's two sums would wait for each other.
    private void OneRow(float* x, float* w, float* y, bool add)
    {
        var size = (long)inputs * NativeRows.Panel;
        float* w1 = w + size, w2 = w1 + size, w3 = w2 + size;
        Vector512<float> a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default, a3 = default, b3 = default;
        for (long input = 0, at = 0; input < inputs; input++, at += NativeRows.Panel)
        {
            var v = Vector512.Create(x[input]);
            (a0, b0) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(w + at), a0), Vector512.FusedMultiplyAdd(v, Vector512.Load(w + at + Simd.Width), b0));
            (a1, b1) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(w1 + at), a1), Vector512.FusedMultiplyAdd(v, Vector512.Load(w1 + at + Simd.Width), b1));
            (a2, b2) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(w2 + at), a2), Vector512.FusedMultiplyAdd(v, Vector512.Load(w2 + at + Simd.Width), b2));
            (a3, b3) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(w3 + at), a3), Vector512.FusedMultiplyAdd(v, Vector512.Load(w3 + at + Simd.Width), b3));
        }

        Put(a0, b0, y, add);
        Put(a1, b1, y + NativeRows.Panel, add);
        Put(a2, b2, y + 2 * NativeRows.Panel, add);
        Put(a3, b3, y + 3 * NativeRows.Panel, add);
    }

    private void OneRowOnePanel(float* x, float* w, float* y, bool add)
    {
        Vector512<float> a = default, b = default;
        for (var input = 0; input < inputs; input++, w += NativeRows.Panel)
        {
            var v = Vector512.Create(x[input]);
            (a, b) = (Vector512.FusedMultiplyAdd(v, Vector512.Load(w), a), Vector512.FusedMultiplyAdd(v, Vector512.Load(w + Simd.Width), b));
        }

        Put(a, b, y, add);
    }

    private static void Put(Vector512<float> left, Vector512<float> right, float* y, bool add)
    {
        if (add) (left, right) = (left + Vector512.Load(y), right + Vector512.Load(y + Simd.Width));
        left.Store(y);
        right.Store(y + Simd.Width);
    }

    private void ByTorch(NativeRows x, int rows, NativeRows y, bool add)
    {
        using var scope = NewDisposeScope();
        var input = empty([rows, inputs], dtype: ScalarType.Float32);
        for (var row = 0; row < rows; row++) new Span<float>(x[row], inputs).CopyTo(input.Floats().Slice(row * inputs, inputs));
        var result = nn.functional.linear(input, weight).Pointer();
        for (var row = 0; row < rows; row++, result += outputs)
        {
            if (add) Simd.AddScaled(y[row], result, outputs, 1);
            else new Span<float>(result, outputs).CopyTo(new Span<float>(y[row], outputs));
        }
    }
}
