using Bench.Lab.Tensors;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>A model that can be read with: a function from ids to logits.</summary>
public interface IPredictor : IDisposable
{
    ModelShape Shape { get; }

    Compute Compute { get; }

    /// <summary>Logits of every position, [batch · time, classes], for ids [batch, time] of int64.</summary>
    /// <param name="ids">Tokens, or images by their number.</param>
    /// <param name="tap">Takes one layer's activations on the way, where the model has layers to tap.</param>
    Tensor Logits(Tensor ids, LayerTap? tap = null);
}
