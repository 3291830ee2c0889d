namespace Bench.Protocol.Statistics.Intervals;

/// <summary>An estimate with its 95% interval; the bounds are absent where there is nothing to resample.</summary>
public sealed record Interval(double Value, double? Low, double? High)
{
    /// <summary>Whether the interval holds a number; without bounds it is not known, and so it does.</summary>
    public bool Contains(double number) => Low is null || High is null || (Low <= number && number <= High);
}
