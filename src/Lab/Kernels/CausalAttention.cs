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

    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "CausalAttention";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (projection, batch, time, layout, rotary) = ((Tensor)vars[0], (int)vars[1], (int)vars[2], (AttentionLayout)vars[3], (Rotary)vars[4]);
            var width = layout.Heads * layout.HeadWidth;
            var result = empty([batch * time, width], dtype: ScalarType.Float32);
            float* from = projection.Pointer(), to = result.Pointer();
            rotary.Reach(time);
            SequenceAttention.ForEach(batch, () => new SequenceAttention(layout, rotary, time), (attention, sequence) =>
                attention.Forward(from + sequence * time * layout.Row, layout.Row, to + sequence * time * width, width));
            ctx.save_data("shape", (batch, time, layout, rotary));
            ctx.save_for_backward([projection]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var (batch, time, layout, rotary) = ((int, int, AttentionLayout, Rotary))ctx.get_data("shape")!;
            var projection = ctx.get_saved_variables()[0];
            var (dy, width) = (grad_output.contiguous(), layout.Heads * layout.HeadWidth);
            var gradient = empty([batch * time, layout.Row], dtype: ScalarType.Float32);
            float* from = projection.Pointer(), pull = dy.Pointer(), to = gradient.Pointer();
            SequenceAttention.ForEach(batch, () => new SequenceAttention(layout, rotary, time, backwards: true), (attention, sequence) =>
                attention.Backward(from + sequence * time * layout.Row, layout.Row, pull + sequence * time * width, width, to + sequence * time * layout.Row));
            return [gradient, null!, null!, null!, null!];
        }
    }
}
