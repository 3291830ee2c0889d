using System.Runtime.Intrinsics;

namespace Bench.Lab.Kernels;

/// <summary>
/// One layer's keys and values of the positions so far, and attention to them. A row's keys lie in tiles of 16
/// positions, [head, tile, channel, position], so that scores are sums over vectors of positions; those of a tile that
/// is not full yet lie as they come, [position, channel], since writing them across would touch a line of memory for
/// every channel. So do its values, [head, position, channel]. All are read from front to back.
/// </summary>
internal sealed unsafe class CachedAttention : IDisposable
{
    private readonly AttentionLayout layout;
    private readonly NativeRows keys;
    private readonly NativeRows values;
    private readonly float[] queries;
    private readonly float[] weights;
    private readonly float[] full;
    private readonly int padded;
    private readonly int valueWidth;

    internal CachedAttention(AttentionLayout layout, int rows, int positions)
    {
        this.layout = layout;
        padded = (positions + Simd.Width - 1) / Simd.Width * Simd.Width;
        valueWidth = (layout.HeadWidth + Simd.Width - 1) / Simd.Width * Simd.Width;
        keys = new NativeRows(rows, layout.KeyValueHeads * padded * layout.HeadWidth, spare: 0);
        values = new NativeRows(rows, layout.KeyValueHeads * padded * valueWidth, spare: 0);
        queries = new float[layout.Heads * layout.HeadWidth];
        weights = new float[padded];
        full = new float[layout.HeadWidth * Simd.Width];
    }

    /// <summary>
    /// Adds a position's keys and values to a row's, and writes what its queries attend to, [heads · width], of which
    /// up to 15 elements beyond the end are scratch.
    /// </summary>
    internal void Attend(int row, int position, float* projection, float* result, float* cosines, float* sines)
    {
        var (width, half) = (layout.HeadWidth, layout.HeadWidth / 2);
        fixed (
            float* query = queries,
                weight = weights
        )
        {
            for (var head = 0; head < layout.Heads; head++, projection += width)
                Rotary.Turn(projection, cosines, sines, half, query + head * width);
            for (var head = 0; head < layout.KeyValueHeads; head++, projection += width)
            {
                var tile = keys[row] + ((long)head * padded + position / Simd.Width * Simd.Width) * width;
                Rotary.Turn(projection, cosines, sines, half, tile + position % Simd.Width * width);
                if (position % Simd.Width == Simd.Width - 1)
                    Transpose(tile);
            }

            for (var head = 0; head < layout.KeyValueHeads; head++, projection += width)
                new Span<float>(projection, width).CopyTo(
                    new Span<float>(values[row] + ((long)head * padded + position) * valueWidth, width)
                );
            for (var head = 0; head < layout.Heads; head++, result += width)
            {
                long shared = (long)(head / layout.Group) * padded;
                Scores(query + head * width, keys[row] + shared * width, weight, position + 1);
                Mix(weight, values[row] + shared * valueWidth, result, position + 1);
            }
        }
    }

    public void Dispose()
    {
        keys.Dispose();
        values.Dispose();
    }

    private void Transpose(float* tile)
    {
        var width = layout.HeadWidth;
        fixed (float* lying = full)
        {
            new Span<float>(tile, width * Simd.Width).CopyTo(full);
            for (var channel = 0; channel < width; channel++, tile += Simd.Width)
            for (var position = 0; position < Simd.Width; position++)
                tile[position] = lying[position * width + channel];
        }
    }

    // The shares of attention; those of positions that are not there yet are 0.
    private void Scores(float* query, float* key, float* weight, int seen)
    {
        var (width, position) = (layout.HeadWidth, 0);
        for (; position <= seen - Simd.Width; position += Simd.Width)
        {
            Vector512<float> a = default,
                b = default;
            for (var i = 0; i < width; i += 2, key += 2 * Simd.Width)
            {
                a = Vector512.FusedMultiplyAdd(Vector512.Create(query[i]), Vector512.Load(key), a);
                b = Vector512.FusedMultiplyAdd(Vector512.Create(query[i + 1]), Vector512.Load(key + Simd.Width), b);
            }

            (a + b).Store(weight + position);
        }

        for (; position < seen; position++, key += width)
            weight[position] = Simd.Dot(query, key, width);
        Simd.Softmax(weight, seen, layout.Scale);
    }

    private void Mix(float* weight, float* value, float* result, int seen)
    {
        var channel = 0;
        for (; channel <= layout.HeadWidth - 4 * Simd.Width; channel += 4 * Simd.Width)
        {
            Vector512<float> a = default,
                b = default,
                c = default,
                d = default;
            var from = value + channel;
            for (var position = 0; position < seen; position++, from += valueWidth)
            {
                var share = Vector512.Create(weight[position]);
                a = Vector512.FusedMultiplyAdd(share, Vector512.Load(from), a);
                b = Vector512.FusedMultiplyAdd(share, Vector512.Load(from + Simd.Width), b);
                c = Vector512.FusedMultiplyAdd(share, Vector512.Load(from + 2 * Simd.Width), c);
                d = Vector512.FusedMultiplyAdd(share, Vector512.Load(from + 3 * Simd.Width), d);
            }

            a.Store(result + channel);
            b.Store(result + channel + Simd.Width);
            c.Store(result + channel + 2 * Simd.Width);
            d.Store(result + channel + 3 * Simd.Width);
        }

        // Shares beyond those seen are 0, up to a whole vector of them.
        for (; channel <= layout.HeadWidth - 2 * Simd.Width; channel += 2 * Simd.Width)
        {
            Vector512<float> a = default,
                b = default,
                c = default,
                d = default;
            var from = value + channel;
            for (var position = 0; position < seen; position += 2, from += 2 * valueWidth)
            {
                var (share, next) = (Vector512.Create(weight[position]), Vector512.Create(weight[position + 1]));
                a = Vector512.FusedMultiplyAdd(share, Vector512.Load(from), a);
                b = Vector512.FusedMultiplyAdd(share, Vector512.Load(from + Simd.Width), b);
                c = Vector512.FusedMultiplyAdd(next, Vector512.Load(from + valueWidth), c);
                d = Vector512.FusedMultiplyAdd(next, Vector512.Load(from + valueWidth + Simd.Width), d);
            }

            (a + c).Store(result + channel);
            (b + d).Store(result + channel + Simd.Width);
        }

        for (; channel < layout.HeadWidth; channel += Simd.Width)
        {
            Vector512<float> a = default,
                b = default,
                c = default,
                d = default;
            var from = value + channel;
            for (var position = 0; position < seen; position += 4, from += 4 * valueWidth)
            {
                a = Vector512.FusedMultiplyAdd(Vector512.Create(weight[position]), Vector512.Load(from), a);
                b = Vector512.FusedMultiplyAdd(
                    Vector512.Create(weight[position + 1]),
                    Vector512.Load(from + valueWidth),
                    b
                );
                c = Vector512.FusedMultiplyAdd(
                    Vector512.Create(weight[position + 2]),
                    Vector512.Load(from + 2 * valueWidth),
                    c
                );
                d = Vector512.FusedMultiplyAdd(
                    Vector512.Create(weight[position + 3]),
                    Vector512.Load(from + 3 * valueWidth),
                    d
                );
            }

            (a + b + (c + d)).Store(result + channel);
        }
    }
}
