namespace Bench.Protocol.Statistics.Intervals;

/// <summary>The shapes of a Fieller set.</summary>
public enum FiellerShape
{
    /// <summary>All from Low to High.</summary>
    Bounded,

    /// <summary>All up to Low, and all from High on: the denominator may be 0.</summary>
    Outside,

    /// <summary>Every number.</summary>
    WholeLine,

    /// <summary>All from Low on.</summary>
    AtLeast,

    /// <summary>All up to High.</summary>
    AtMost,
}
