namespace TorchSharp;

public static unsafe partial class torch
{
    public static class nn
    {
        public static class functional
        {
            /// <summary>x Wᵀ + b for x of shape [..., in] and W of shape [out, in].</summary>
            public static Tensor linear(Tensor input, Tensor weights, Tensor? bias = null)
            {
                var result = new Tensor(Native.Check(Native.bt_linear(input.Handle, weights.Handle, bias?.Handle ?? 0)));
                GC.KeepAlive(input);
                GC.KeepAlive(weights);
                GC.KeepAlive(bias);
                return result;
            }

            public static Tensor silu(Tensor x, bool inplace = false) => x.silu();

            public static Tensor scaled_dot_product_attention(
                Tensor query, Tensor key, Tensor value, Tensor? attn_mask = null, double p = 0.0, bool is_casual = false)
            {
                var result = new Tensor(Native.Check(Native.bt_scaled_dot_product_attention(
                    query.Handle, key.Handle, value.Handle, attn_mask?.Handle ?? 0, p, is_casual ? 1 : 0)));
                GC.KeepAlive(query);
                GC.KeepAlive(key);
                GC.KeepAlive(value);
                GC.KeepAlive(attn_mask);
                return result;
            }
        }
    }
}
