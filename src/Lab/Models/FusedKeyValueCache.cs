using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// The CPU's cache. Keys and values are stored channel by channel, [layer, row, head, channel, position], so that scores and mixtures are
/// sums over vectors of positions.
/// </summary>
internal sealed unsafe class FusedKeyValueCache : KeyValueCache
{
    private readonly int stride;
    private readonly int rows;
    private readonly float* keys;
    private readonly float* values;
    private readonly float[] queries;
    private readonly float[] weights;
    private bool disposed;

    internal FusedKeyValueCache(int layers, AttentionLayout layout, int rows, int positions)
        : base(layout, rows, positions)
    {
        this.rows = rows;
        // Whole vectors of positions; those not yet filled hold zeros.
        stride = (positions + Simd.Width - 1) / Simd.Width * Simd.Width;
        var bytes = (nuint)layers * (nuint)rows * (nuint)layout.KeyValueHeads * (nuint)layout.HeadWidth * (nuint)stride * sizeof(float);
        keys = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        values = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(keys, bytes);
        NativeMemory.Clear(values, bytes);
        queries = new float[layout.Heads * layout.HeadWidth];
        weights = new float[stride];
    }

    ~FusedKeyValueCache() => Free();

    internal override Tensor Attend(int layer, Tensor projection, int rows, int time, Rotary rotary)
    {
        if (Length + time > Positions) throw new ArgumentException($"the cache holds {Positions} positions, and {Length + time} are needed");
        rotary.Reach(Length + time);
        var width = Layout.HeadWidth;
        var result = empty([rows * time, Layout.Heads * width], dtype: ScalarType.Float32);
        float* source = projection.Pointer(), target = result.Pointer();
        fixed (float* cosines = rotary.Cosines, sines = rotary.Sines, query = queries, weight = weights)
        {
            for (var row = 0; row < rows; row++)
            {
                var slot = ((long)layer * this.rows + Active[row]) * Layout.KeyValueHeads * width * stride;
                for (var t = 0; t < time; t++, source += Layout.Row, target += Layout.Heads * width)
                {
                    var position = Length + t;
                    float* cos = cosines + position * rotary.Half, sin = sines + position * rotary.Half;
                    Store(source, slot, position, cos, sin, rotary.Half, query);
                    for (var head = 0; head < Layout.Heads; head++)
                    {
                        var block = slot + (long)(head / Layout.Group) * width * stride;
                        Mix(query + head * width, keys + block, values + block, weight, target + head * width, position + 1);
                    }
                }
            }
        }

        return result;
    }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    /// <summary>Turns one position's queries and keys, and puts its keys and values in their place.</summary>
    private void Store(float* row, long slot, int position, float* cos, float* sin, int half, float* query)
    {
        var width = Layout.HeadWidth;
        for (var head = 0; head < Layout.Heads; head++, row += width)
        {
            for (var i = 0; i < half; i++)
            {
                query[head * width + i] = row[i] * cos[i] - row[half + i] * sin[i];
                query[head * width + half + i] = row[half + i] * cos[i] + row[i] * sin[i];
            }
        }

        for (var head = 0; head < Layout.KeyValueHeads; head++, row += width)
        {
            var key = keys + slot + (long)head * width * stride + position;
            for (var i = 0; i < half; i++)
            {
                key[(long)i * stride] = row[i] * cos[i] - row[half + i] * sin[i];
                key[(long)(half + i) * stride] = row[half + i] * cos[i] + row[i] * sin[i];
            }
        }

        for (var head = 0; head < Layout.KeyValueHeads; head++, row += width)
        {
            var value = values + slot + (long)head * width * stride + position;
            for (var i = 0; i < width; i++) value[(long)i * stride] = row[i];
        }
    }

    private void Mix(float* query, float* key, float* value, float* weight, float* result, int seen)
    {
        var (width, scale) = (Layout.HeadWidth, Layout.Scale);
        var vectors = (seen + Simd.Width - 1) / Simd.Width * Simd.Width;
        for (var position = 0; position < vectors; position += Simd.Width)
        {
            var score = Vector512<float>.Zero;
            for (var i = 0; i < width; i++) score = Vector512.FusedMultiplyAdd(Vector512.Create(query[i]), Vector512.Load(key + (long)i * stride + position), score);
            score.Store(weight + position);
        }

        var sum = Simd.ExpSum(weight, weight, seen, scale, Simd.Max(weight, seen));
        new Span<float>(weight + seen, vectors - seen).Clear();
        for (var i = 0; i < width; i++) result[i] = Simd.Dot(weight, value + (long)i * stride, vectors) / sum;
    }

    private void Free()
    {
        if (disposed) return;
        disposed = true;
        NativeMemory.AlignedFree(keys);
        NativeMemory.AlignedFree(values);
    }
}
