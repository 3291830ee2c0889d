using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Scoring;
using MathNet.Numerics.Distributions;

namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// Percentile intervals that resample training seeds and test items together: a replicate draws seeds with replacement
/// and items with replacement, and every quantity of the replicate sees the same draws (Efron and Tibshirani 1993,
/// chapter 13; crossed as in Owen 2007). The draws come from a fixed seed, so that an interval is a function of the
/// scores.
/// </summary>
public sealed class HierarchicalBootstrap
{
    /// <summary>Replicates of the product's intervals.</summary>
    public const int Replicates = 2000;

    private readonly int[][] seedDraws;
    private readonly byte[][] itemCounts;

    /// <param name="seeds">Trained seeds, at least 1.</param>
    /// <param name="items">Test items, at least 1.</param>
    public HierarchicalBootstrap(int seeds, int items, int replicates = Replicates)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(seeds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(items);
        var random = new Seed(20_240_607).Stream("bootstrap");
        (seedDraws, itemCounts) = (new int[replicates][], new byte[replicates][]);
        for (var replicate = 0; replicate < replicates; replicate++)
        {
            var draws = seedDraws[replicate] = new int[seeds];
            for (var i = 0; i < seeds; i++)
                draws[i] = random.Next(seeds);
            // How often an item is drawn is Poisson with mean 1 nearly: a byte holds it.
            var counts = itemCounts[replicate] = new byte[items];
            for (var i = 0; i < items; i++)
                counts[random.Next(items)]++;
        }
    }

    /// <summary>The interval of a mean over seeds and items. Scores are [seed][item].</summary>
    public Interval Mean(IReadOnlyList<IReadOnlyList<double>> scores)
    {
        var means = Means(scores);
        return new Interval(scores.Average(Scores.Mean), Quantile(means, 0.025), Quantile(means, 0.975));
    }

    /// <summary>The interval of the difference of two means on the same seeds and items.</summary>
    public Interval Difference(IReadOnlyList<IReadOnlyList<double>> a, IReadOnlyList<IReadOnlyList<double>> b)
    {
        var differences = Means(a).Zip(Means(b), (x, y) => x - y).ToArray();
        return new Interval(
            a.Average(Scores.Mean) - b.Average(Scores.Mean),
            Quantile(differences, 0.025),
            Quantile(differences, 0.975)
        );
    }

    /// <summary>
    /// Performance gap recovered, (student − baseline) / (teacher − baseline), all on the same items (DESIGN,
    /// definitions). Null when the interval of the gap teacher − baseline contains 0, or the teacher is the worse of
    /// the two: there is no gap to recover.
    /// </summary>
    public Interval? Recovered(
        IReadOnlyList<double> teacher,
        IReadOnlyList<IReadOnlyList<double>> baseline,
        IReadOnlyList<IReadOnlyList<double>> student,
        bool higherIsBetter = true
    )
    {
        // The teacher is one model: it has the same scores under every training seed.
        var teachers = Enumerable.Repeat(teacher, baseline.Count).ToArray();
        var gap = Difference(teachers, baseline);
        if (gap.Contains(0) || gap.Value > 0 != higherIsBetter)
            return null;
        var (top, bottom, reached) = (Means(teachers), Means(baseline), Means(student));
        var ratios = top.Select((t, i) => (reached[i] - bottom[i]) / (t - bottom[i])).Where(double.IsFinite).ToArray();
        var (high, low) = (Scores.Mean(teacher), baseline.Average(Scores.Mean));
        return new Interval(
            (student.Average(Scores.Mean) - low) / (high - low),
            Quantile(ratios, 0.025),
            Quantile(ratios, 0.975)
        );
    }

    /// <summary>
    /// The two-sided p of no difference, from the normal distribution with the bootstrap's standard error: fine enough
    /// to be adjusted for many tests.
    /// </summary>
    public double DifferenceP(IReadOnlyList<IReadOnlyList<double>> a, IReadOnlyList<IReadOnlyList<double>> b)
    {
        var differences = Means(a).Zip(Means(b), (x, y) => x - y).ToArray();
        var (observed, middle) = (a.Average(Scores.Mean) - b.Average(Scores.Mean), differences.Average());
        var error = Math.Sqrt(
            differences.Sum(difference => (difference - middle) * (difference - middle)) / (differences.Length - 1)
        );
        if (error == 0)
            return observed == 0 ? 1 : 0;
        return 2 * Normal.CDF(0, 1, -Math.Abs(observed) / error);
    }

    /// <summary>
    /// The interval of any statistic of drawn scores: the function is given a way to draw [seed][item] scores into one
    /// list, the same way for all that it draws.
    /// </summary>
    public Interval Of(Func<Func<IReadOnlyList<IReadOnlyList<double>>, double[]>, double> statistic)
    {
        var replicates = new double[seedDraws.Length];
        for (var replicate = 0; replicate < replicates.Length; replicate++)
        {
            var (seeds, counts) = (seedDraws[replicate], itemCounts[replicate]);
            replicates[replicate] = statistic(scores =>
                [
                    .. seeds.SelectMany(seed =>
                        scores[seed].SelectMany((score, item) => Enumerable.Repeat(score, counts[item]))
                    ),
                ]
            );
        }

        return new Interval(
            statistic(scores => [.. scores.SelectMany(row => row)]),
            Quantile(replicates, 0.025),
            Quantile(replicates, 0.975)
        );
    }

    /// <summary>
    /// The replicates of a mean over seeds and items, which all share their draws: for quantities that combine several
    /// means.
    /// </summary>
    internal double[] Means(IReadOnlyList<IReadOnlyList<double>> scores)
    {
        if (scores.Count != seedDraws[0].Length || scores.Any(row => row.Count != itemCounts[0].Length))
            throw new ArgumentException(
                $"expected scores of {seedDraws[0].Length} seeds by {itemCounts[0].Length} items",
                nameof(scores)
            );
        var means = new double[seedDraws.Length];
        for (var replicate = 0; replicate < means.Length; replicate++)
        {
            var counts = itemCounts[replicate];
            double sum = 0;
            foreach (var seed in seedDraws[replicate])
            {
                var row = scores[seed];
                for (var item = 0; item < counts.Length; item++)
                    sum += counts[item] * row[item];
            }

            means[replicate] = sum / ((double)seedDraws[replicate].Length * counts.Length);
        }

        return means;
    }

    /// <summary>The quantile by linear interpolation between order statistics (Hyndman and Fan 1996, type 7).</summary>
    internal static double Quantile(double[] values, double probability)
    {
        var sorted = values.Order().ToArray();
        var position = probability * (sorted.Length - 1);
        var below = (int)Math.Floor(position);
        return below + 1 < sorted.Length
            ? sorted[below] + (position - below) * (sorted[below + 1] - sorted[below])
            : sorted[below];
    }
}
