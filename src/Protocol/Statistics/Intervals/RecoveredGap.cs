using Bench.Protocol.Statistics.Distributions;

namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// The share of a gap that was closed, (after − before) / (teacher − before), with Fieller's set. "Before" is the
/// untrained student, or the baseline that it is compared with.
/// </summary>
public static class RecoveredGap
{
    /// <summary>
    /// From scores of the same seeds and items. Variances are those of the two-term rule, with the mean squares of
    /// items whole, so that the matrix of both differences is never indefinite: at least 95%, a little wide.
    /// </summary>
    /// <param name="after">[seed][item].</param>
    /// <param name="before">[seed][item].</param>
    /// <param name="teacher">Of each item; one model, the same under each seed.</param>
    public static FiellerSet Of(
        IReadOnlyList<IReadOnlyList<double>> after,
        IReadOnlyList<IReadOnlyList<double>> before,
        IReadOnlyList<double> teacher
    )
    {
        var gained = MeanInterval.Difference(after, before);
        var gap = MeanInterval.Difference([.. Enumerable.Repeat(teacher, before.Count)], before);
        var (ofGained, ofGap, covariance) = (Scaled(gained, gained), Scaled(gap, gap), Scaled(gained, gap));
        return FiellerSet.Of((Mean(gained), ofGained), (Mean(gap), ofGap), covariance, quantile: 1);
    }

    /// <summary>From three means and the covariances of their estimates, in the order after, before, teacher.</summary>
    public static FiellerSet Of(IReadOnlyList<double> means, double[,] covariance, double quantile)
    {
        var (after, before, teacher) = (0, 1, 2);
        double Spread(int i, int j) =>
            covariance[i, j] - covariance[i, before] - covariance[before, j] + covariance[before, before];
        return FiellerSet.Of(
            (means[after] - means[before], Spread(after, after)),
            (means[teacher] - means[before], Spread(teacher, teacher)),
            Spread(after, teacher),
            quantile
        );
    }

    /// <summary>[t²(S − 1) MP_seeds + t²(I − 1) MP_items] / (S I), MP the mean products of two tables.</summary>
    internal static double Scaled(IReadOnlyList<IReadOnlyList<double>> x, IReadOnlyList<IReadOnlyList<double>> y)
    {
        var (seeds, items, meanX, meanY) = (x.Count, x[0].Count, Mean(x), Mean(y));
        double Term(int count, int each, Func<int, double> ofX, Func<int, double> ofY)
        {
            if (count < 2)
                return 0;
            var product = Enumerable.Range(0, count).Sum(at => (ofX(at) - meanX) * (ofY(at) - meanY));
            var t = StudentT.Critical(0.05, count - 1);
            return t * t * each * product / (count - 1) / ((double)seeds * items);
        }

        return Term(seeds, items, seed => x[seed].Average(), seed => y[seed].Average())
            + Term(items, seeds, item => x.Average(row => row[item]), item => y.Average(row => row[item]));
    }

    private static double Mean(IReadOnlyList<IReadOnlyList<double>> scores) => scores.Average(row => row.Average());
}
