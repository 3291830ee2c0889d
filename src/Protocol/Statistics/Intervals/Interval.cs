namespace Bench.Protocol.Statistics.Intervals;

/// <summary>An estimate with its 95% interval; a bound is absent where there is none.</summary>
public sealed record Interval(double Value, double? Low, double? High)
{
    /// <summary>How it was made: <see cref="IntervalMethod"/>.</summary>
    public string Method { get; init; } = "";

    /// <summary>Of Student's t, where the rule has one.</summary>
    public double? DegreesOfFreedom { get; init; }

    /// <summary>Whether the interval holds a number; without bounds it is not known, and so it does.</summary>
    public bool Contains(double number) => Low is null || High is null || (Low <= number && number <= High);
}
