using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Has a teacher score its own text: the k largest probabilities at each token, or k draws with their weights.</summary>
public sealed record ScoreUnit : UnitOfWork
{
    public required int K { get; init; }

    public required double Temperature { get; init; }

    public required Keep Keep { get; init; }

    /// <summary>Whether entries are drawn; else they are the largest.</summary>
    public required bool Sampled { get; init; }

    /// <summary>The power of the probabilities that draws come from.</summary>
    public required double Proposal { get; init; }
}
