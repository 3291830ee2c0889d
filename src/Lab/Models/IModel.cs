using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>A model that can be trained and scored: a function from ids to logits with parameters.</summary>
public interface IModel : IPredictor
{
    /// <summary>The trainable tensors with their names, in a fixed order.</summary>
    IReadOnlyList<(string Name, Tensor Tensor)> Parameters { get; }

    /// <summary>
    /// Ends training: what made it learn is off, and what makes it quick to read and write may be prepared.
    /// </summary>
    void Freeze();
}
