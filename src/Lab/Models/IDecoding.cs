using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>Rows of text that are being written token by token.</summary>
public interface IDecoding : IDisposable
{
    /// <summary>
    /// Logits of the last position, [rows, vocabulary], after ids [rows, time] of int64 that follow what was given
    /// before.
    /// </summary>
    Tensor Next(Tensor ids);

    /// <summary>Goes on with only some of the rows, by their place in the last step.</summary>
    void Keep(IReadOnlyList<int> places);
}
