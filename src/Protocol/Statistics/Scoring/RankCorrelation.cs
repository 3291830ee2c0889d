namespace Bench.Protocol.Statistics.Scoring;

/// <summary>Whether two lists of numbers of the same things rise together.</summary>
public static class RankCorrelation
{
    /// <summary>Spearman's ρ: the correlation of mean ranks (American Journal of Psychology 15, 1904).</summary>
    public static double Spearman(IReadOnlyList<double> x, IReadOnlyList<double> y) =>
        MathNet.Numerics.Statistics.Correlation.Pearson(Ranks(x), Ranks(y));

    /// <summary>
    /// Kendall's τ-b (Biometrika 33, 1945): concordant less discordant pairs, over the geometric mean of the pairs that
    /// are not tied in x and those that are not in y.
    /// </summary>
    public static double KendallTauB(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        var (sum, untiedX, untiedY) = (0L, 0L, 0L);
        for (var i = 1; i < x.Count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var (a, b) = (x[i].CompareTo(x[j]), y[i].CompareTo(y[j]));
                sum += a * b;
                untiedX += a * a;
                untiedY += b * b;
            }
        }

        return sum / Math.Sqrt((double)untiedX * untiedY);
    }

    /// <summary>Ranks from 1; equal numbers share the mean of theirs.</summary>
    internal static double[] Ranks(IReadOnlyList<double> values)
    {
        var ranks = new double[values.Count];
        var taken = 0;
        foreach (var tie in Enumerable.Range(0, values.Count).GroupBy(i => values[i]).OrderBy(group => group.Key))
        {
            foreach (var i in tie)
                ranks[i] = taken + (tie.Count() + 1) / 2.0;
            taken += tie.Count();
        }

        return ranks;
    }
}
