namespace Bench.Protocol.Claims;

/// <summary>What was recomputed of a run.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Findings">Every figure, whether it was compared or not.</param>
/// <param name="Missing">What is not stated, and what could be checked if it were.</param>
/// <param name="Gaps">The gap to the teacher that was recovered on each benchmark that allows it.</param>
public sealed record RunCheck(
    string Run,
    Verdict Verdict,
    string Reason,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<string> Missing,
    IReadOnlyList<GapRecovered> Gaps
)
{
    /// <summary>What the run cost in dollars as stated; null where nothing is.</summary>
    public double? StatedCost { get; init; }

    /// <summary>What its stages with GPU-hours cost as stated; null where nothing is.</summary>
    public double? RentedCost { get; init; }

    /// <summary>
    /// What it costs by its GPU-hours at market prices, lowest and highest; null where they are not known.
    /// </summary>
    public (double Low, double High)? MarketCost { get; init; }
}
