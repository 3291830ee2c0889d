using Bench.Protocol.Costs;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>Reads sequences and says what it expects at each response token.</summary>
internal interface IReader
{
    /// <summary>The shape of the model that reads, from which its work is charged.</summary>
    ModelShape Shape { get; }

    /// <summary>
    /// Calls back with each sequence's logits of its response tokens, [response tokens, vocabulary] in float32.
    /// </summary>
    Charge Read(IReadOnlyList<Sequence> sequences, ChargeKind kind, Action<int, Tensor> visit);

    /// <summary>
    /// Calls back with one layer's activations of each sequence, [processed tokens, channels] in float32.
    /// </summary>
    Charge ReadLayer(
        IReadOnlyList<Sequence> sequences,
        int layer,
        bool attention,
        ChargeKind kind,
        Action<int, Tensor> visit
    );
}
