using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>Takes one layer's activations from a forward pass.</summary>
/// <param name="layer">From 1.</param>
/// <param name="attention">Whether to take the joint projection of queries, keys and values before their rotary turn;
/// else the layer's output.</param>
public sealed class LayerTap(int layer, bool attention)
{
    private Tensor? taken;

    /// <summary>[batch · time, channels].</summary>
    internal Tensor Taken =>
        taken ?? throw new InvalidOperationException($"no forward pass went through layer {layer}");

    internal void Attention(int at, Tensor projection)
    {
        if (attention && at == layer)
            taken = projection;
    }

    internal void Output(int at, Tensor states)
    {
        if (!attention && at == layer)
            taken = states;
    }
}
