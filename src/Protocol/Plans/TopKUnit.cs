using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Has the teacher score its own text: the k largest probabilities at each token.</summary>
public sealed record TopKUnit : UnitOfWork
{
    public required int K { get; init; }

    public required double Temperature { get; init; }

    public required Keep Keep { get; init; }
}
