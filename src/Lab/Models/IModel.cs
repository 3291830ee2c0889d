using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>What can be trained and scored: a function from ids to logits with parameters.</summary>
public interface IModel : IPredictor
{
    /// <summary>The trainable tensors with their names, in a fixed order.</summary>
    IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }
}
