using System.Globalization;

namespace Bench.Lab.Models;

/// <summary>
/// Names of parameters: Hugging Face's where the tensor is one there, and two of ours for joined matrices.
/// </summary>
internal static class ParameterNames
{
    internal const string Embedding = "model.embed_tokens.weight";
    internal const string FinalNorm = "model.norm.weight";
    internal const string Head = "lm_head.weight";
    internal const string OutputSuffix = "self_attn.o_proj.weight";
    internal const string DownSuffix = "mlp.down_proj.weight";

    internal static string AttentionNorm(int layer) => In(layer, "input_layernorm.weight");

    /// <summary>q_proj, k_proj and v_proj, stacked.</summary>
    internal static string Projection(int layer) => In(layer, "self_attn.qkv_proj.weight");

    internal static string ProjectionBias(int layer) => In(layer, "self_attn.qkv_proj.bias");

    internal static string QueryNorm(int layer) => In(layer, "self_attn.q_norm.weight");

    internal static string KeyNorm(int layer) => In(layer, "self_attn.k_norm.weight");

    internal static string Output(int layer) => In(layer, OutputSuffix);

    internal static string OutputBias(int layer) => In(layer, "self_attn.o_proj.bias");

    internal static string FeedForwardNorm(int layer) => In(layer, "post_attention_layernorm.weight");

    /// <summary>gate_proj and up_proj, stacked.</summary>
    internal static string GateUp(int layer) => In(layer, "mlp.gate_up_proj.weight");

    internal static string GateUpBias(int layer) => In(layer, "mlp.gate_up_proj.bias");

    internal static string Down(int layer) => In(layer, DownSuffix);

    internal static string DownBias(int layer) => In(layer, "mlp.down_proj.bias");

    private static string In(int layer, string name) =>
        string.Create(CultureInfo.InvariantCulture, $"model.layers.{layer}.{name}");
}
