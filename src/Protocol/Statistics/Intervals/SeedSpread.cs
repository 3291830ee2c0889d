namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// Where few seeds cannot show all that seeds do: their means fall far apart. Three seeds at 0.9 or 0.02 cover 75%,
/// whatever rule is taken (docs/statistics.md).
/// </summary>
public static class SeedSpread
{
    /// <summary>The name of the warning in tables.</summary>
    public const string Warning = "seeds-spread";

    /// <summary>
    /// The seeds from which on intervals hold there too, as far as 10% of seeds or more behave otherwise.
    /// </summary>
    public const int EnoughSeeds = 10;

    private const double Far = 0.3;

    /// <summary>The warning in words.</summary>
    public const string Words = "seeds fall on two levels: with fewer than 10 seeds the interval may be far too narrow";

    /// <summary>Whether shares of few seeds lie far apart.</summary>
    /// <param name="seedMeans">One of each seed.</param>
    public static bool IsFar(IReadOnlyList<double> seedMeans) =>
        seedMeans.Count is > 1 and < EnoughSeeds && seedMeans.Max() - seedMeans.Min() > Far;

    /// <summary>
    /// The largest share of seeds that may behave otherwise where so many behave alike: 1 − 0.05^(1/S).
    /// </summary>
    public static double Unseen(int seeds) => 1 - Math.Pow(0.05, 1.0 / seeds);
}
