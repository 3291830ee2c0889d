using Bench.Protocol.Units;

namespace Bench.Protocol.Claims;

/// <summary>The recomputed quantities of a run.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Verdict">The verdict.</param>
/// <param name="Reason">Why, in one line.</param>
/// <param name="Findings">Every figure that was recomputed from stated numbers.</param>
/// <param name="Open">The quantities that its sources leave open, and what is assumed of them.</param>
/// <param name="Gaps">The gap to the teacher that was recovered on each benchmark that allows it.</param>
public sealed record RunCheck(
    string Run,
    Verdict Verdict,
    string Reason,
    IReadOnlyList<Finding> Findings,
    IReadOnlyList<Open> Open,
    IReadOnlyList<GapRecovered> Gaps
)
{
    /// <summary>Training FLOPs; null where nothing bounds them.</summary>
    public Bounds? Flops { get; init; }

    /// <summary>GPU-hours; null where nothing bounds them.</summary>
    public Bounds? GpuHours { get; init; }

    /// <summary>Dollars; null where nothing bounds them.</summary>
    public Bounds? Dollars { get; init; }

    /// <summary>The share of the peak, from the lowest of a stage to the highest; null where no device is
    /// known.</summary>
    public Bounds? Utilisation { get; init; }

    /// <summary>The quantities that were not found, by name; those in <see cref="Open"/> have a range in their
    /// place.</summary>
    public IReadOnlyList<string> Absent { get; init; } = [];

    /// <summary>Where its numbers are from, and where the open ones were not found.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>The stated cost of the run in dollars; null where none was found.</summary>
    public double? StatedCost { get; init; }

    /// <summary>The stated cost of its stages with GPU-hours; null where none was found.</summary>
    public double? RentedCost { get; init; }

    /// <summary>
    /// The cost of its stated GPU-hours at market prices of its year; null where they are not known.
    /// </summary>
    public Bounds? MarketCost { get; init; }
}
