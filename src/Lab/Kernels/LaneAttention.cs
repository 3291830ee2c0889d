namespace Bench.Lab.Kernels;

/// <summary>
/// Causal grouped-query attention with rotary positions (Vaswani et al. 2017, equation 1; Ainslie et al. 2023) of
/// several sequences of one length at a time, one in each lane of a vector, and its gradient. A query is multiplied
/// with the keys that it sees and no others. On the way back shares are computed again from their normalisers (Dao et
/// al. 2022), those of a few queries at a time. Activations lie in columns, [channel, position], position t of lane i
/// in column t · sequences + i.
/// </summary>
internal abstract unsafe class LaneAttention : IDisposable
{
    /// <summary>One for a number of sequences: of the lanes that a processor has, the fewest that hold them.</summary>
    internal static LaneAttention Of(int lanes, AttentionLayout layout, Rotary rotary) =>
        lanes switch
        {
            4 => new LaneAttention<Lanes4>(layout, rotary),
            8 => new LaneAttention<Lanes8>(layout, rotary),
            _ => new LaneAttention<Lanes16>(layout, rotary),
        };

    /// <summary>Says how many positions the next sequences have. Buffers grow and never shrink.</summary>
    internal abstract void Resize(int time);

    /// <summary>
    /// Writes the attention of all heads' queries, [heads · width, position], from the joint projection, [row,
    /// position], and the log-normaliser of each query, [heads, position].
    /// </summary>
    /// <param name="projection">The joint projection.</param>
    /// <param name="sequences">Columns from a position to the next.</param>
    /// <param name="result">Where it is written.</param>
    /// <param name="normalisers">Where they are written.</param>
    internal abstract void Forward(Matrix projection, int sequences, Matrix result, Matrix normalisers);

    /// <summary>The gradient of the joint projection from that of the result.</summary>
    internal abstract void Backward(
        Matrix projection,
        int sequences,
        Matrix normalisers,
        Matrix gradient,
        Matrix target
    );

    public abstract void Dispose();
}

/// <inheritdoc/>
internal sealed unsafe class LaneAttention<TLanes> : LaneAttention
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Queries whose shares are held at a time on the way back.</summary>
    private const int Block = 8;

    private readonly AttentionLayout layout;
    private readonly Rotary rotary;
    private readonly int width;
    private NativeRows? memory;
    private int capacity;
    private int time;
    private Matrix queries,
        keys,
        values,
        pulls,
        dQueries,
        dKeys,
        dValues,
        shares,
        slopes;

    internal LaneAttention(AttentionLayout layout, Rotary rotary) =>
        (this.layout, this.rotary, width) = (layout, rotary, layout.HeadWidth);

    internal override void Resize(int time)
    {
        if (time == this.time)
            return;
        this.time = time;
        rotary.Reach(time);
        // Of each position a head's channels, of each query in a block its keys; a vector each.
        var (head, block) = (time * width * TLanes.Count, Block * (time + Block) * TLanes.Count);
        if (time > capacity)
        {
            memory?.Dispose();
            (memory, capacity) = (new NativeRows(1, 7 * head + 2 * block, spare: 0), time);
        }

        var place = memory![0];
        Matrix Head()
        {
            place += head;
            return new Matrix(place - head, time, width, width * TLanes.Count, TLanes.Count);
        }

        (queries, keys, values, pulls, dQueries, dKeys, dValues) = (
            Head(),
            Head(),
            Head(),
            Head(),
            Head(),
            Head(),
            Head()
        );
        long row = (time + Block) * TLanes.Count;
        (shares, slopes) = (
            new Matrix(place, Block, time, row, TLanes.Count),
            new Matrix(place + block, Block, time, row, TLanes.Count)
        );
    }

    internal override void Forward(Matrix projection, int sequences, Matrix result, Matrix normalisers)
    {
        for (var from = 0; from < sequences; from += TLanes.Count)
        {
            for (var shared = 0; shared < layout.KeyValueHeads; shared++)
            {
                Turn(Column(projection, KeysAt(shared), from), sequences, keys, 1);
                Copy(Column(projection, ValuesAt(shared), from), sequences, values);
                for (var head = shared * layout.Group; head < (shared + 1) * layout.Group; head++)
                {
                    Turn(Column(projection, head * width, from), sequences, queries, layout.Scale);
                    for (var t = 0; t < time; t += LaneProduct<TLanes>.Rows)
                        Attend(t, Column(result, head * width, from), Column(normalisers, head, from).Start, sequences);
                }
            }
        }
    }

    internal override void Backward(
        Matrix projection,
        int sequences,
        Matrix normalisers,
        Matrix gradient,
        Matrix target
    )
    {
        for (var from = 0; from < sequences; from += TLanes.Count)
        {
            for (var shared = 0; shared < layout.KeyValueHeads; shared++)
            {
                Turn(Column(projection, KeysAt(shared), from), sequences, keys, 1);
                Copy(Column(projection, ValuesAt(shared), from), sequences, values);
                Clear(dKeys);
                Clear(dValues);
                for (var head = shared * layout.Group; head < (shared + 1) * layout.Group; head++)
                {
                    Turn(Column(projection, head * width, from), sequences, queries, layout.Scale);
                    Copy(Column(gradient, head * width, from), sequences, pulls);
                    for (var t = 0; t < time; t += Block)
                        Backward(t, Math.Min(Block, time - t), Column(normalisers, head, from).Start, sequences);
                    TurnBack(dQueries, Column(target, head * width, from), sequences, layout.Scale);
                }

                TurnBack(dKeys, Column(target, KeysAt(shared), from), sequences, 1);
                CopyBack(dValues, Column(target, ValuesAt(shared), from), sequences);
            }
        }
    }

    public override void Dispose() => memory?.Dispose();

    // A few queries that follow one another.
    private void Attend(int t, Matrix result, float* normalisers, int sequences)
    {
        var count = Math.Min(LaneProduct<TLanes>.Rows, time - t);
        var seen = t + count;
        LaneProduct<TLanes>.Multiply(queries.From(t, count), keys.From(0, seen), Part(shares, 0, count, seen));
        for (var i = 0; i < count; i++)
        {
            var row = shares.Start + i * shares.Row;
            var last = row + (t + i) * TLanes.Count;
            TLanes largest = TLanes.Load(row),
                sum = default;
            for (var at = row + TLanes.Count; at <= last; at += TLanes.Count)
                largest = TLanes.Max(TLanes.Load(at), largest);
            for (var at = row; at <= last; at += TLanes.Count)
            {
                var share = Lane.Exp(TLanes.Load(at) - largest);
                share.Store(at);
                sum += share;
            }

            var whole = TLanes.Of(1) / sum;
            for (var at = row; at <= last; at += TLanes.Count)
                (TLanes.Load(at) * whole).Store(at);
            for (var at = last + TLanes.Count; at < row + seen * TLanes.Count; at += TLanes.Count)
                default(TLanes).Store(at);
            StoreNormaliser(largest, sum, normalisers + (long)(t + i) * sequences);
        }

        // Straight into the result's columns.
        LaneProduct<TLanes>.Multiply(
            Part(shares, 0, count, seen),
            values.From(0, seen).Transposed,
            new Matrix(result.Start + (long)t * sequences, count, width, sequences, result.Row)
        );
    }

    private static void StoreNormaliser(TLanes largest, TLanes sum, float* target)
    {
        var lanes = stackalloc float[TLanes.Count];
        sum.Store(lanes);
        for (var lane = 0; lane < TLanes.Count; lane++)
            lanes[lane] = MathF.Log(lanes[lane]);
        (largest + TLanes.Load(lanes)).Store(target);
    }

    // Of a block of queries: their own gradients, and what they add to those of keys and values.
    private void Backward(int t, int count, float* normalisers, int sequences)
    {
        var seen = t + count;
        Matrix mine = queries.From(t, count),
            pull = pulls.From(t, count),
            share = Part(shares, 0, count, seen),
            slope = Part(slopes, 0, count, seen);
        for (var i = 0; i < count; i += LaneProduct<TLanes>.Rows)
        {
            var some = Math.Min(LaneProduct<TLanes>.Rows, count - i);
            var visible = t + i + some;
            LaneProduct<TLanes>.Multiply(mine.From(i, some), keys.From(0, visible), Part(shares, i, some, visible));
            LaneProduct<TLanes>.Multiply(pull.From(i, some), values.From(0, visible), Part(slopes, i, some, visible));
        }

        for (var i = 0; i < count; i++)
            Slopes(
                shares.Start + i * shares.Row,
                slopes.Start + i * slopes.Row,
                t + i,
                seen,
                TLanes.Load(normalisers + (long)(t + i) * sequences)
            );
        for (var i = 0; i < count; i += LaneProduct<TLanes>.Rows)
        {
            var some = Math.Min(LaneProduct<TLanes>.Rows, count - i);
            var visible = t + i + some;
            LaneProduct<TLanes>.Multiply(
                Part(slopes, i, some, visible),
                keys.From(0, visible).Transposed,
                dQueries.From(t + i, some)
            );
        }

        LaneProduct<TLanes>.Multiply(slope.Transposed, mine.Transposed, dKeys.From(0, seen), add: true);
        LaneProduct<TLanes>.Multiply(share.Transposed, pull.Transposed, dValues.From(0, seen), add: true);
    }

    // p = exp(score − normaliser); ds = p · (dp − Σ p dp). Of keys that the query does not see both are 0.
    private static void Slopes(float* share, float* slope, int last, int seen, TLanes normaliser)
    {
        TLanes sum = default;
        for (long at = 0; at <= last * TLanes.Count; at += TLanes.Count)
        {
            var p = Lane.Exp(TLanes.Load(share + at) - normaliser);
            p.Store(share + at);
            sum = TLanes.MultiplyAdd(p, TLanes.Load(slope + at), sum);
        }

        for (long at = 0; at <= last * TLanes.Count; at += TLanes.Count)
            (TLanes.Load(share + at) * (TLanes.Load(slope + at) - sum)).Store(slope + at);
        for (var key = last + 1; key < seen; key++)
        {
            default(TLanes).Store(share + key * TLanes.Count);
            default(TLanes).Store(slope + key * TLanes.Count);
        }
    }

    private static Matrix Part(Matrix block, int first, int count, int seen) =>
        new(block.Start + first * block.Row, count, seen, block.Row, block.Step);

    private static Matrix Column(Matrix matrix, int row, int column) =>
        new(matrix.Start + row * matrix.Row + column, matrix.Rows - row, 1, matrix.Row);

    private int KeysAt(int shared) => (layout.Heads + shared) * width;

    private int ValuesAt(int shared) => (layout.Heads + layout.KeyValueHeads + shared) * width;

    // Channel i turns together with channel i + half (Su et al. 2021, equation 34).
    private void Turn(Matrix source, int sequences, Matrix target, float factor)
    {
        var half = rotary.Half;
        for (var t = 0; t < time; t++)
        {
            float* from = source.Start + (long)t * sequences,
                to = target.Start + t * target.Row;
            for (var i = 0; i < half; i++, from += source.Row, to += TLanes.Count)
            {
                TLanes first = TLanes.Load(from),
                    second = TLanes.Load(from + half * source.Row);
                TLanes cosine = TLanes.Of(factor * rotary.Cosines[t * half + i]),
                    sine = TLanes.Of(factor * rotary.Sines[t * half + i]);
                (first * cosine - second * sine).Store(to);
                (second * cosine + first * sine).Store(to + half * TLanes.Count);
            }
        }
    }

    private void TurnBack(Matrix source, Matrix target, int sequences, float factor)
    {
        var half = rotary.Half;
        for (var t = 0; t < time; t++)
        {
            float* from = source.Start + t * source.Row,
                to = target.Start + (long)t * sequences;
            for (var i = 0; i < half; i++, from += TLanes.Count, to += target.Row)
            {
                TLanes first = TLanes.Load(from),
                    second = TLanes.Load(from + half * TLanes.Count);
                TLanes cosine = TLanes.Of(factor * rotary.Cosines[t * half + i]),
                    sine = TLanes.Of(factor * rotary.Sines[t * half + i]);
                (first * cosine + second * sine).Store(to);
                (second * cosine - first * sine).Store(to + half * target.Row);
            }
        }
    }

    private void Copy(Matrix source, int sequences, Matrix target)
    {
        for (var t = 0; t < time; t++)
        {
            float* from = source.Start + (long)t * sequences,
                to = target.Start + t * target.Row;
            for (var i = 0; i < width; i++, from += source.Row, to += TLanes.Count)
                TLanes.Load(from).Store(to);
        }
    }

    private void CopyBack(Matrix source, Matrix target, int sequences)
    {
        for (var t = 0; t < time; t++)
        {
            float* from = source.Start + t * source.Row,
                to = target.Start + (long)t * sequences;
            for (var i = 0; i < width; i++, from += TLanes.Count, to += target.Row)
                TLanes.Load(from).Store(to);
        }
    }

    private static void Clear(Matrix matrix) =>
        new Span<float>(matrix.Start, checked((int)(matrix.Rows * matrix.Row))).Clear();
}
