using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// Causal grouped-query attention with rotary positions over whole sequences (Vaswani et al. 2017, equation 1; Ainslie
/// et al. 2023). Input: the joint projection [batch · time, row]; result: [batch · time, heads · width]. From torch's
/// own operations; by hand it is <see cref="LaneAttention"/> where a student learns and <see cref="SequenceAttention"/>
/// where a model reads.
/// </summary>
internal static class CausalAttention
{
    internal static Tensor Apply(Tensor projection, int batch, int time, AttentionLayout layout, Rotary rotary)
    {
        var (queries, keys, values) = Split(projection, batch, time, layout);
        queries = rotary.Composite(queries, 0);
        keys = rotary.Composite(keys, 0);
        if (layout.Group > 1)
            (keys, values) = (keys.repeat_interleave(layout.Group, 1), values.repeat_interleave(layout.Group, 1));
        var mixed = nn.functional.scaled_dot_product_attention(queries, keys, values, is_casual: true);
        return mixed.transpose(1, 2).reshape(batch * time, layout.Heads * layout.HeadWidth);
    }

    /// <summary>
    /// Queries [batch, heads, time, width], keys and values [batch, key-value heads, time, width] as views.
    /// </summary>
    internal static (Tensor Queries, Tensor Keys, Tensor Values) Split(
        Tensor projection,
        int batch,
        int time,
        AttentionLayout layout
    )
    {
        var rows = projection
            .view(batch, time, layout.Heads + 2 * layout.KeyValueHeads, layout.HeadWidth)
            .transpose(1, 2);
        return (
            rows.narrow(1, 0, layout.Heads),
            rows.narrow(1, layout.Heads, layout.KeyValueHeads),
            rows.narrow(1, layout.Heads + layout.KeyValueHeads, layout.KeyValueHeads)
        );
    }
}
