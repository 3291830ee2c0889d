using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;

namespace Bench.Lab.Kernels;

/// <summary>
/// Causal grouped-query attention with rotary positions over one whole sequence at a time, forwards and backwards. Only what a query may see is multiplied, and the shares of attention of
/// a few queries stay in the caches and are computed again on the way back: nothing of the size [time, time] is kept (the idea of Dao et al. 2022).
/// </summary>
internal sealed unsafe class SequenceAttention : IDisposable
{
    /// <summary>Queries whose shares are held at a time on the way back.</summary>
    private const int Block = 64;

    private readonly AttentionLayout layout;
    private readonly Rotary rotary;
    private readonly int time;
    private readonly int width;

    // Of a head's channels a panel of products has 32, or 16 where that wastes less.
    private readonly int panel;
    private readonly int strips;
    private readonly NativeRows queries;
    private readonly NativeRows keys;
    private readonly NativeRows keyColumns;
    private readonly NativeRows valueStrips;
    private readonly NativeRows shares;
    private readonly NativeRows mixed;
    private readonly Way? back;

    /// <param name="layout">How heads lie in a row of the joint projection.</param>
    /// <param name="rotary">By how much positions are turned; it reaches the last one.</param>
    /// <param name="time">Positions of a sequence.</param>
    /// <param name="backwards">Whether gradients are asked for.</param>
    internal SequenceAttention(AttentionLayout layout, Rotary rotary, int time, bool backwards = false)
    {
        (this.layout, this.rotary, this.time, width) = (layout, rotary, time, layout.HeadWidth);
        panel = width % NativeRows.Panel is 0 or > Simd.Width ? NativeRows.Panel : Simd.Width;
        strips = (width + panel - 1) / panel;
        (queries, keys, mixed) = (Rows(), Rows(), Rows());
        keyColumns = Columns();
        valueStrips = Strips();
        shares = new NativeRows(backwards ? Block : 0, time);
        if (backwards) back = new Way(Columns(), Strips(), Strips(), Strips(), new NativeRows(Block, time), Rows(), Rows(), Rows());
    }

    /// <summary>Visits sequences, each thread with scratch of its own.</summary>
    internal static void ForEach(int sequences, Func<SequenceAttention> make, Action<SequenceAttention, long> visit)
    {
        var threads = Math.Min(Compute.Threads, sequences);
        void Part(int part)
        {
            using var attention = make();
            for (long sequence = part; sequence < sequences; sequence += threads) visit(attention, sequence);
        }

        if (threads > 1) Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, Part);
        else if (threads == 1) Part(0);
    }

    /// <summary>What each query attends to, [time, heads · width], of the joint projection, [time, row].</summary>
    /// <param name="projection">Queries, keys and values of all heads.</param>
    /// <param name="stride">Elements from one position's to the next.</param>
    /// <param name="result">Where it is written.</param>
    /// <param name="resultStride">Elements from one position's result to the next.</param>
    internal void Forward(float* projection, long stride, float* result, long resultStride)
    {
        for (var shared = 0; shared < layout.KeyValueHeads; shared++)
        {
            Turn(projection + KeysAt(shared), stride, keys);
            ToColumns(keys[0], keys.Stride, keyColumns);
            ToStrips(projection + ValuesAt(shared), stride, valueStrips);
            for (var head = shared * layout.Group; head < (shared + 1) * layout.Group; head++)
            {
                Turn(projection + head * width, stride, queries);
                for (var tile = 0; tile < time; tile += TileProduct.Rows)
                {
                    Shares(tile, time, shares[0]);
                    Product(shares[0], shares.Stride, 1, valueStrips, 0, Math.Min(tile + TileProduct.Rows, time), mixed[tile], mixed.Stride, add: false);
                }

                for (var t = 0; t < time; t++) new Span<float>(mixed[t], width).CopyTo(new Span<float>(result + t * resultStride + head * width, width));
            }
        }
    }

    /// <summary>The gradient of the joint projection, [time, row], from the gradient of the result, [time, heads · width].</summary>
    /// <param name="projection">What the way forward was given.</param>
    /// <param name="stride">Elements from one position's to the next, of the projection and of its gradient.</param>
    /// <param name="gradient">The gradient of the result.</param>
    /// <param name="gradientStride">Elements from one position's gradient to the next.</param>
    /// <param name="target">Where it is written.</param>
    internal void Backward(float* projection, long stride, float* gradient, long gradientStride, float* target)
    {
        var way = back ?? throw new InvalidOperationException("it was made for the way forward only");
        for (var shared = 0; shared < layout.KeyValueHeads; shared++)
        {
            Turn(projection + KeysAt(shared), stride, keys);
            ToColumns(keys[0], keys.Stride, keyColumns);
            ToStrips(keys[0], keys.Stride, way.KeyStrips);
            ToColumns(projection + ValuesAt(shared), stride, way.ValueColumns);
            way.Keys.Clear();
            way.Values.Clear();
            for (var head = shared * layout.Group; head < (shared + 1) * layout.Group; head++)
            {
                Turn(projection + head * width, stride, queries);
                ToStrips(queries[0], queries.Stride, way.QueryStrips);
                for (var t = 0; t < time; t++) new Span<float>(gradient + t * gradientStride + head * width, width).CopyTo(new Span<float>(mixed[t], width));
                ToStrips(mixed[0], mixed.Stride, way.MixedStrips);
                for (var from = 0; from < time; from += Block) Backward(from, Math.Min(from + Block, time), way);
                TurnBack(way.Queries, target + head * width, stride);
            }

            TurnBack(way.Keys, target + KeysAt(shared), stride);
            for (var t = 0; t < time; t++) new Span<float>(way.Values[t], width).CopyTo(new Span<float>(target + t * stride + ValuesAt(shared), width));
        }
    }

    public void Dispose()
    {
        foreach (var rows in (NativeRows[])[queries, keys, keyColumns, valueStrips, shares, mixed]) rows.Dispose();
        back?.Dispose();
    }

    // Of some queries: the gradient of their own, and what they add to those of keys and values.
    private void Backward(int from, int to, Way way)
    {
        for (var tile = from; tile < to; tile += TileProduct.Rows)
        {
            Shares(tile, to, shares[tile - from]);
            var pulls = way.Pulls[tile - from];
            Scores(mixed[tile], way.ValueColumns, tile + TileProduct.Rows, pulls, way.Pulls.Stride);
            for (var row = tile; row < Math.Min(tile + TileProduct.Rows, to); row++)
                SoftmaxBackward(shares[row - from], way.Pulls[row - from], row + 1, layout.Scale);
            Product(pulls, way.Pulls.Stride, 1, way.KeyStrips, 0, Math.Min(tile + TileProduct.Rows, time), way.Queries[tile], way.Queries.Stride, add: false);
        }

        for (var key = 0; key < to; key += TileProduct.Rows)
        {
            // Earlier queries do not see it.
            var first = Math.Max(key, from);
            Product(way.Pulls[first - from] + key, 1, way.Pulls.Stride, way.QueryStrips, first, to - first, way.Keys[key], way.Keys.Stride, add: true);
            Product(shares[first - from] + key, 1, shares.Stride, way.MixedStrips, first, to - first, way.Values[key], way.Values.Stride, add: true);
        }
    }

    // The shares of attention of eight queries; of keys that they do not see they are 0, up to a whole vector beyond those that the last one sees.
    private void Shares(int tile, int to, float* target)
    {
        Scores(queries[tile], keyColumns, tile + TileProduct.Rows, target, shares.Stride);
        for (var row = tile; row < Math.Min(tile + TileProduct.Rows, to); row++) Simd.Softmax(target + (row - tile) * shares.Stride, row + 1, layout.Scale);
    }

    private void Scores(float* rows, NativeRows columns, int seen, float* target, long stride)
    {
        for (var key = 0; key < seen; key += NativeRows.Panel)
            TileProduct.Wide(rows, queries.Stride, 1, columns[key / NativeRows.Panel], width, target + key, stride, add: false);
    }

    // Eight rows by the strips of a matrix, from one of its positions on.
    private void Product(float* x, long row, long step, NativeRows matrix, int first, int count, float* y, long stride, bool add)
    {
        for (var strip = 0; strip < strips; strip++)
        {
            var w = matrix[strip] + (long)first * panel;
            if (panel == NativeRows.Panel) TileProduct.Wide(x, row, step, w, count, y + strip * panel, stride, add);
            else TileProduct.Narrow(x, row, step, w, count, y + strip * panel, stride, add);
        }
    }

    // ds = scale · p · (dp − Σ dp p). Beyond the keys that are seen p is 0, up to a whole vector.
    private static void SoftmaxBackward(float* p, float* d, int seen, float scale)
    {
        var count = (seen + Simd.Width - 1) / Simd.Width * Simd.Width;
        var sum = Vector512<float>.Zero;
        for (var i = 0; i < count; i += Simd.Width) sum = Vector512.FusedMultiplyAdd(Vector512.Load(p + i), Vector512.Load(d + i), sum);
        var (pull, scales) = (Vector512.Create(Vector512.Sum(sum)), Vector512.Create(scale));
        for (var i = 0; i < count; i += Simd.Width) (Vector512.Load(p + i) * (Vector512.Load(d + i) - pull) * scales).Store(d + i);
    }

    private int KeysAt(int shared) => (layout.Heads + shared) * width;

    private int ValuesAt(int shared) => (layout.Heads + layout.KeyValueHeads + shared) * width;

    private void Turn(float* source, long stride, NativeRows target)
    {
        fixed (float* cosines = rotary.Cosines, sines = rotary.Sines)
            for (var t = 0; t < time; t++) Rotary.Turn(source + t * stride, cosines + (long)t * rotary.Half, sines + (long)t * rotary.Half, rotary.Half, target[t]);
    }

    private void TurnBack(NativeRows source, float* target, long stride)
    {
        fixed (float* cosines = rotary.Cosines, sines = rotary.Sines)
            for (var t = 0; t < time; t++) Rotary.TurnBack(source[t], cosines + (long)t * rotary.Half, sines + (long)t * rotary.Half, rotary.Half, target + t * stride);
    }

    // [tile of 32 positions, channel, position]
    private void ToColumns(float* source, long stride, NativeRows target)
    {
        for (var t = 0; t < time; t++, source += stride)
        {
            var to = target[t / NativeRows.Panel] + t % NativeRows.Panel;
            for (var channel = 0; channel < width; channel++, to += NativeRows.Panel) *to = source[channel];
        }
    }

    // [strip of channels, position, channel]
    private void ToStrips(float* source, long stride, NativeRows target)
    {
        for (var strip = 0; strip < strips; strip++)
        {
            var there = Math.Min(panel, width - strip * panel);
            float* from = source + strip * panel, to = target[strip];
            for (var t = 0; t < time; t++, from += stride, to += panel)
            {
                if (there == NativeRows.Panel)
                {
                    Vector512.Load(from).Store(to);
                    Vector512.Load(from + Simd.Width).Store(to + Simd.Width);
                }
                else if (there == Simd.Width)
                {
                    Vector512.Load(from).Store(to);
                }
                else
                {
                    for (var channel = 0; channel < there; channel++) to[channel] = from[channel];
                }
            }
        }
    }

    private NativeRows Rows() => new(time, width);

    private NativeRows Columns() => new((time + NativeRows.Panel - 1) / NativeRows.Panel, width * NativeRows.Panel, spare: 0);

    private NativeRows Strips() => new(strips, time * panel, spare: 0);

    /// <summary>What only the way back needs.</summary>
    private sealed record Way(
        NativeRows ValueColumns, NativeRows KeyStrips, NativeRows QueryStrips, NativeRows MixedStrips, NativeRows Pulls, NativeRows Queries, NativeRows Keys, NativeRows Values) : IDisposable
    {
        public void Dispose()
        {
            foreach (var rows in (NativeRows[])[ValueColumns, KeyStrips, QueryStrips, MixedStrips, Pulls, Queries, Keys, Values]) rows.Dispose();
        }
    }
}
