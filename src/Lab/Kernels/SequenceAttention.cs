using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;

namespace Bench.Lab.Kernels;

/// <summary>
/// Causal grouped-query attention with rotary positions over one whole sequence at a time. Only what a query may see is
/// multiplied, and nothing of the size [time, time] is kept (the idea of Dao et al. 2022).
/// </summary>
internal sealed unsafe class SequenceAttention : IDisposable
{
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

    /// <param name="layout">How heads lie in a row of the joint projection.</param>
    /// <param name="rotary">By how much positions are turned; it reaches the last one.</param>
    /// <param name="time">Positions of a sequence.</param>
    internal SequenceAttention(AttentionLayout layout, Rotary rotary, int time)
    {
        (this.layout, this.rotary, this.time, width) = (layout, rotary, time, layout.HeadWidth);
        panel = width % NativeRows.Panel is 0 or > Simd.Width ? NativeRows.Panel : Simd.Width;
        strips = (width + panel - 1) / panel;
        (queries, keys, mixed) = (Rows(), Rows(), Rows());
        keyColumns = Columns();
        valueStrips = Strips();
        shares = new NativeRows(0, time);
    }

    /// <summary>Visits sequences, each thread with scratch of its own.</summary>
    internal static void ForEach(int sequences, Func<SequenceAttention> make, Action<SequenceAttention, long> visit)
    {
        var threads = Math.Min(Compute.Threads, sequences);
        void Part(int part)
        {
            using var attention = make();
            for (long sequence = part; sequence < sequences; sequence += threads)
                visit(attention, sequence);
        }

        if (threads > 1)
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, Part);
        else if (threads == 1)
            Part(0);
    }

    /// <summary>The mixed values of each query, [time, heads · width], of the joint projection, [time, row].</summary>
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
                    Shares(tile, shares[0]);
                    Product(
                        shares[0],
                        shares.Stride,
                        1,
                        valueStrips,
                        0,
                        Math.Min(tile + TileProduct.Rows, time),
                        mixed[tile],
                        mixed.Stride,
                        add: false
                    );
                }

                for (var t = 0; t < time; t++)
                    new Span<float>(mixed[t], width).CopyTo(
                        new Span<float>(result + t * resultStride + head * width, width)
                    );
            }
        }
    }

    public void Dispose()
    {
        foreach (var rows in (NativeRows[])[queries, keys, keyColumns, valueStrips, shares, mixed])
            rows.Dispose();
    }

    // The shares of attention of eight queries; of keys that they do not see they are 0, up to a whole vector beyond
    // those that the last one sees.
    private void Shares(int tile, float* target)
    {
        Scores(queries[tile], keyColumns, tile + TileProduct.Rows, target, shares.Stride);
        for (var row = tile; row < Math.Min(tile + TileProduct.Rows, time); row++)
            Simd.Softmax(target + (row - tile) * shares.Stride, row + 1, layout.Scale);
    }

    private void Scores(float* rows, NativeRows columns, int seen, float* target, long stride)
    {
        for (var key = 0; key < seen; key += NativeRows.Panel)
            TileProduct.Wide(
                rows,
                queries.Stride,
                1,
                columns[key / NativeRows.Panel],
                width,
                target + key,
                stride,
                add: false
            );
    }

    // Eight rows by the strips of a matrix, from one of its positions on.
    private void Product(
        float* x,
        long row,
        long step,
        NativeRows matrix,
        int first,
        int count,
        float* y,
        long stride,
        bool add
    )
    {
        for (var strip = 0; strip < strips; strip++)
        {
            var w = matrix[strip] + (long)first * panel;
            if (panel == NativeRows.Panel)
                TileProduct.Wide(x, row, step, w, count, y + strip * panel, stride, add);
            else
                TileProduct.Narrow(x, row, step, w, count, y + strip * panel, stride, add);
        }
    }

    private int KeysAt(int shared) => (layout.Heads + shared) * width;

    private int ValuesAt(int shared) => (layout.Heads + layout.KeyValueHeads + shared) * width;

    private void Turn(float* source, long stride, NativeRows target)
    {
        fixed (
            float* cosines = rotary.Cosines,
                sines = rotary.Sines
        )
            for (var t = 0; t < time; t++)
                Rotary.Turn(
                    source + t * stride,
                    cosines + (long)t * rotary.Half,
                    sines + (long)t * rotary.Half,
                    rotary.Half,
                    target[t]
                );
    }

    // [tile of 32 positions, channel, position]
    private void ToColumns(float* source, long stride, NativeRows target)
    {
        for (var t = 0; t < time; t++, source += stride)
        {
            var to = target[t / NativeRows.Panel] + t % NativeRows.Panel;
            for (var channel = 0; channel < width; channel++, to += NativeRows.Panel)
                *to = source[channel];
        }
    }

    // [strip of channels, position, channel]
    private void ToStrips(float* source, long stride, NativeRows target)
    {
        for (var strip = 0; strip < strips; strip++)
        {
            var there = Math.Min(panel, width - strip * panel);
            float* from = source + strip * panel,
                to = target[strip];
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
                    for (var channel = 0; channel < there; channel++)
                        to[channel] = from[channel];
                }
            }
        }
    }

    private NativeRows Rows() => new(time, width);

    private NativeRows Columns() =>
        new((time + NativeRows.Panel - 1) / NativeRows.Panel, width * NativeRows.Panel, spare: 0);

    private NativeRows Strips() => new(strips, time * panel, spare: 0);
}
