using Bench.Protocol.Costs;
using static TorchSharp.torch;

namespace Bench.Lab.Signals;

/// <summary>Reads sequences and says what it expects at each response token.</summary>
internal interface IReader
{
    /// <summary>Calls back with each sequence's logits of its response tokens, [response tokens, vocabulary] in float32.</summary>
    Charge Read(IReadOnlyList<Sequence> sequences, ChargeKind kind, Action<int, Tensor> visit);
}
