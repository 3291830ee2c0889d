using Bench.Lab.Tensors;
using Bench.Protocol.Costs;

namespace Bench.Lab.Training;

/// <summary>Training that ran into numbers that are none: what it had spent until then.</summary>
internal sealed class TrainingDivergedException(string message, Charge spent) : LabException(message)
{
    internal Charge Spent { get; } = spent;
}
