using Bench.Protocol.Statistics.Distributions;

namespace Bench.Protocol.Statistics.Intervals;

/// <summary>The 95% interval of a mean over seeds and items, in the form that its scores ask for.</summary>
public static class MeanInterval
{
    // z of 95%, with which a half-width becomes a number of trials.
    private const double Z = 1.959963984540054;

    private const double Level = 0.05;

    /// <summary>The interval of scores [seed][item].</summary>
    public static Interval Of(IReadOnlyList<IReadOnlyList<double>> scores, ScoreRange range) =>
        Of(MeanSquares.Of(scores), range);

    /// <summary>
    /// The interval of the paired difference a − b of scores [seed][item] of the same seeds and items.
    /// </summary>
    public static Interval OfDifference(
        IReadOnlyList<IReadOnlyList<double>> a,
        IReadOnlyList<IReadOnlyList<double>> b,
        ScoreRange range
    ) => Of(Difference(a, b), range == ScoreRange.Share ? ScoreRange.ShareDifference : range);

    /// <summary>a − b, cell by cell.</summary>
    public static IReadOnlyList<IReadOnlyList<double>> Difference(
        IReadOnlyList<IReadOnlyList<double>> a,
        IReadOnlyList<IReadOnlyList<double>> b
    )
    {
        if (a.Count != b.Count || a.Zip(b).Any(pair => pair.First.Count != pair.Second.Count))
            throw new ArgumentException("paired scores are of the same seeds and items", nameof(b));
        return [.. a.Zip(b, (x, y) => (IReadOnlyList<double>)[.. x.Zip(y, (p, q) => p - q)])];
    }

    /// <summary>The interval of an analysed table.</summary>
    public static Interval Of(MeanSquares squares, ScoreRange range)
    {
        var (mean, half, items) = (squares.Mean, squares.Rule.HalfWidth(), squares.ItemCount);
        if (half == 0)
            return WithoutVariance(mean, items, range, squares.Cells);
        var (method, df) = squares switch
        {
            { SeedCount: 1 } => (IntervalMethod.Items, (double?)items - 1),
            { ItemCount: 1 } => (IntervalMethod.Seeds, squares.SeedCount - 1),
            _ => (IntervalMethod.TwoTerm, null),
        };
        // A clipped mean of grades may lie a rounding beyond its ends.
        if (range == ScoreRange.Share && mean is > 0 and < 1)
        {
            var (low, high) = BinomialInterval.Wilson(mean, EffectiveTrials(mean, half));
            return new Interval(mean, low, high)
            {
                Method = $"{method}-{IntervalMethod.Wilson}",
                DegreesOfFreedom = df,
            };
        }

        var reach = range == ScoreRange.ShareDifference ? 1 : double.PositiveInfinity;
        return new Interval(mean, Math.Max(-reach, mean - half), Math.Min(reach, mean + half))
        {
            Method = method,
            DegreesOfFreedom = df,
        };
    }

    /// <summary>The trials at which a share's normal interval is as wide: z² m (1 − m) / half².</summary>
    public static double EffectiveTrials(double mean, double half) => Z * Z * mean * (1 - mean) / (half * half);

    // Scores that are all right or all wrong speak for as many trials as there are items; seeds that agree tell
    // nothing more. Of other scores that do not vary nothing can be said.
    private static Interval WithoutVariance(double mean, int items, ScoreRange range, int cells)
    {
        if (range == ScoreRange.Share && mean is 0 or 1)
        {
            var (low, high) = BinomialInterval.ClopperPearson(mean * items, items);
            return new Interval(mean, low, high) { Method = IntervalMethod.ClopperPearson };
        }

        if (range != ScoreRange.ShareDifference || cells == 0)
            return new Interval(mean, null, null) { Method = IntervalMethod.NoVariance };
        var reach = 1 - Math.Pow(Level / 2, 1.0 / items);
        return new Interval(mean, Math.Max(-1, mean - reach), Math.Min(1, mean + reach))
        {
            Method = IntervalMethod.ClopperPearson,
        };
    }
}
