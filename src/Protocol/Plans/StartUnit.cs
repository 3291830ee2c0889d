using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>
/// Trains the weights that a student starts from, on gold solutions: what it can do before anyone teaches it.
/// </summary>
public sealed record StartUnit : UnitOfWork
{
    public required StudentSpec Student { get; init; }
}
