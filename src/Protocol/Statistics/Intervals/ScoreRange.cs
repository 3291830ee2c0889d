namespace Bench.Protocol.Statistics.Intervals;

/// <summary>Where scores may lie, which decides an interval's form.</summary>
public enum ScoreRange
{
    /// <summary>From 0 to 1, as grades.</summary>
    Share,

    /// <summary>From −1 to 1, as differences of grades.</summary>
    ShareDifference,

    /// <summary>Anywhere, as losses and their differences.</summary>
    Real,
}
