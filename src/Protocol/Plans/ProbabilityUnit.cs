using Bench.Protocol.Signals;

namespace Bench.Protocol.Plans;

/// <summary>
/// Has a teacher read its own text, and keeps its probabilities of some tokens at each place: the largest, or some that
/// are drawn.
/// </summary>
public sealed record ProbabilityUnit : UnitOfWork
{
    /// <summary>Tokens at each place.</summary>
    public required int Entries { get; init; }

    public required double Temperature { get; init; }

    public required Keep Keep { get; init; }

    /// <summary>The power of the probabilities that tokens are drawn from; null where they are the likeliest.</summary>
    public required double? Proposal { get; init; }
}
