namespace Bench.Protocol.Claims;

/// <summary>The recomputed quantities of a run.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Findings">Every figure, whether it was compared or not.</param>
/// <param name="Missing">The quantities that are not stated, and what could be checked if they were.</param>
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
    /// <summary>The stated cost of the run in dollars; null where nothing is stated.</summary>
    public double? StatedCost { get; init; }

    /// <summary>The stated cost of its stages with GPU-hours; null where nothing is stated.</summary>
    public double? RentedCost { get; init; }

    /// <summary>
    /// The cost of its GPU-hours at market prices, lowest and highest; null where they are not known.
    /// </summary>
    public (double Low, double High)? MarketCost { get; init; }
}
