using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// Causal grouped-query attention with rotary positions over whole sequences (Vaswani et al. 2017, equation 1; Ainslie et al. 2023).
/// Input: the joint projection [batch · time, row]; result: [batch · time, heads · width].
/// </summary>
internal static class CausalAttention
{
    internal static Tensor Apply(Compute compute, Tensor projection, int batch, int time, AttentionLayout layout, Rotary rotary) =>
        compute.Fused ? Function.apply(projection, batch, time, layout, rotary) : Composite(projection, batch, time, layout, rotary);

    internal static Tensor Composite(Tensor projection, int batch, int time, AttentionLayout layout, Rotary rotary)
    {
        var (queries, keys, values) = Split(projection, batch, time, layout);
        queries = rotary.Composite(queries, 0);
        keys = rotary.Composite(keys, 0);
        if (layout.Group > 1) (keys, values) = (keys.repeat_interleave(layout.Group, 1), values.repeat_interleave(layout.Group, 1));
        var mixed = nn.functional.scaled_dot_product_attention(queries, keys, values, is_casual: true);
        return mixed.transpose(1, 2).reshape(batch * time, layout.Heads * layout.HeadWidth);
    }

    /// <summary>Queries [batch, heads, time, width], keys and values [batch, key-value heads, time, width] as views.</summary>
    internal static (Tensor Queries, Tensor Keys, Tensor Values) Split(Tensor projection, int batch, int time, AttentionLayout layout)
    {
        var rows = projection.view(batch, time, layout.Heads + 2 * layout.KeyValueHeads, layout.HeadWidth).transpose(1, 2);
        return (
            rows.narrow(1, 0, layout.Heads),
            rows.narrow(1, layout.Heads, layout.KeyValueHeads),
            rows.narrow(1, layout.Heads + layout.KeyValueHeads, layout.KeyValueHeads));
    }

    // Products go through bmm over [batch · key-value heads, group · time, width]: the queries of a group share keys and values without a copy.
    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "CausalAttention";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (projection, batch, time, layout, rotary) = ((Tensor)vars[0], (int)vars[1], (int)vars[2], (AttentionLayout)vars[3], (Rotary)vars[4]);
            rotary.Reach(time);
            var (blocks, rows, width) = (batch * layout.KeyValueHeads, layout.Group * time, layout.HeadWidth);
            var queries = empty([blocks, rows, width], dtype: ScalarType.Float32);
            var keys = empty([blocks, time, width], dtype: ScalarType.Float32);
            var values = empty([blocks, time, width], dtype: ScalarType.Float32);
            ForEachHead(batch, time, layout, queries.Pointer(), keys.Pointer(), values.Pointer(), projection.Pointer(), rotary, Unpack);

            var weights = queries.bmm(keys.transpose(1, 2));
            var p = weights.Pointer();
            for (long row = 0; row < (long)blocks * rows; row++, p += time)
            {
                var seen = (int)(row % time) + 1;
                var sum = Simd.ExpSum(p, p, seen, layout.Scale, Simd.Max(p, seen));
                Simd.Scale(p, seen, 1 / sum);
                new Span<float>(p + seen, time - seen).Clear();
            }

            var mixed = weights.bmm(values);
            var result = empty([batch * time, layout.Heads * width], dtype: ScalarType.Float32);
            MergeHeads(batch, time, layout, mixed.Pointer(), result.Pointer(), merge: true);
            ctx.save_data("shape", (batch, time, layout, rotary));
            ctx.save_for_backward([queries, keys, values, weights]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var (batch, time, layout, rotary) = ((int, int, AttentionLayout, Rotary))ctx.get_data("shape")!;
            var saved = ctx.get_saved_variables();
            var (queries, keys, values, weights) = (saved[0], saved[1], saved[2], saved[3]);
            var (blocks, rows, width) = (batch * layout.KeyValueHeads, layout.Group * time, layout.HeadWidth);

            var dy = grad_output.contiguous();
            var dMixed = empty([blocks, rows, width], dtype: ScalarType.Float32);
            MergeHeads(batch, time, layout, dMixed.Pointer(), dy.Pointer(), merge: false);

            var dScores = dMixed.bmm(values.transpose(1, 2));
            float* p = weights.Pointer(), d = dScores.Pointer();
            for (long row = 0; row < (long)blocks * rows; row++, p += time, d += time)
            {
                var seen = (int)(row % time) + 1;
                SoftmaxBackward(p, d, seen, layout.Scale);
                new Span<float>(d + seen, time - seen).Clear();
            }

            var dQueries = dScores.bmm(keys);
            var dKeys = dScores.transpose(1, 2).bmm(queries);
            var dValues = weights.transpose(1, 2).bmm(dMixed);
            var dProjection = empty([batch * time, layout.Row], dtype: ScalarType.Float32);
            ForEachHead(batch, time, layout, dQueries.contiguous().Pointer(), dKeys.contiguous().Pointer(), dValues.contiguous().Pointer(), dProjection.Pointer(), rotary, Pack);
            return [dProjection, null!, null!, null!, null!];
        }

        // ds = scale · p · (dp − Σ dp p)
        private static void SoftmaxBackward(float* p, float* d, int count, float scale)
        {
            var pull = Simd.Dot(p, d, count);
            var (pulls, scales, i) = (Vector512.Create(pull), Vector512.Create(scale), 0);
            for (; i <= count - Simd.Width; i += Simd.Width) (Vector512.Load(p + i) * (Vector512.Load(d + i) - pulls) * scales).Store(d + i);
            for (; i < count; i++) d[i] = p[i] * (d[i] - pull) * scale;
        }

        private delegate void Turn(float* block, float* row, float* cos, float* sin, int half);

        /// <summary>
        /// Visits each head of each position: block is its place in queries, keys or values, row its place in the joint projection.
        /// Values are not turned.
        /// </summary>
        private static void ForEachHead(
            int batch, int time, AttentionLayout layout, float* queries, float* keys, float* values, float* projection, Rotary rotary, Turn turn)
        {
            var (width, half) = (layout.HeadWidth, rotary.Half);
            fixed (float* cosines = rotary.Cosines, sines = rotary.Sines)
            {
                for (var b = 0; b < batch; b++)
                {
                    for (var t = 0; t < time; t++)
                    {
                        var row = projection + ((long)b * time + t) * layout.Row;
                        float* cos = cosines + t * half, sin = sines + t * half;
                        for (var h = 0; h < layout.Heads; h++, row += width) turn(queries + (((long)b * layout.Heads + h) * time + t) * width, row, cos, sin, half);
                        for (var h = 0; h < layout.KeyValueHeads; h++, row += width) turn(keys + (((long)b * layout.KeyValueHeads + h) * time + t) * width, row, cos, sin, half);
                        for (var h = 0; h < layout.KeyValueHeads; h++, row += width) turn(values + (((long)b * layout.KeyValueHeads + h) * time + t) * width, row, null, null, half);
                    }
                }
            }
        }

        private static void Unpack(float* block, float* row, float* cos, float* sin, int half)
        {
            if (cos == null)
            {
                new Span<float>(row, 2 * half).CopyTo(new Span<float>(block, 2 * half));
                return;
            }

            var i = 0;
            for (; i <= half - Vector128<float>.Count; i += Vector128<float>.Count)
            {
                var (first, second, c, s) = (Vector128.Load(row + i), Vector128.Load(row + half + i), Vector128.Load(cos + i), Vector128.Load(sin + i));
                (first * c - second * s).Store(block + i);
                (second * c + first * s).Store(block + half + i);
            }

            for (; i < half; i++) (block[i], block[half + i]) = (row[i] * cos[i] - row[half + i] * sin[i], row[half + i] * cos[i] + row[i] * sin[i]);
        }

        // The turn is orthogonal: its gradient is the turn back.
        private static void Pack(float* block, float* row, float* cos, float* sin, int half)
        {
            if (cos == null)
            {
                new Span<float>(block, 2 * half).CopyTo(new Span<float>(row, 2 * half));
                return;
            }

            var i = 0;
            for (; i <= half - Vector128<float>.Count; i += Vector128<float>.Count)
            {
                var (first, second, c, s) = (Vector128.Load(block + i), Vector128.Load(block + half + i), Vector128.Load(cos + i), Vector128.Load(sin + i));
                (first * c + second * s).Store(row + i);
                (second * c - first * s).Store(row + half + i);
            }

            for (; i < half; i++) (row[i], row[half + i]) = (block[i] * cos[i] + block[half + i] * sin[i], block[half + i] * cos[i] - block[i] * sin[i]);
        }

        /// <summary>Copies between [batch, heads, time, width] and [batch, time, heads, width].</summary>
        private static void MergeHeads(int batch, int time, AttentionLayout layout, float* heads, float* rows, bool merge)
        {
            var width = layout.HeadWidth;
            for (var b = 0; b < batch; b++)
            {
                for (var h = 0; h < layout.Heads; h++)
                {
                    for (var t = 0; t < time; t++)
                    {
                        var one = new Span<float>(heads + (((long)b * layout.Heads + h) * time + t) * width, width);
                        var other = new Span<float>(rows + (((long)b * time + t) * layout.Heads + h) * width, width);
                        if (merge) one.CopyTo(other);
                        else other.CopyTo(one);
                    }
                }
            }
        }
    }
}
