using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Protocol.Statistics.Curves;

/// <summary>
/// The cost at which a method reaches a score, read off its curve over budgets: linear in the logarithm of cost between
/// measured points, never beyond them. A curve that starts above the target costs at most what its first point cost.
/// The same draws of the bootstrap over seeds and items serve all points, so costs of different curves can be compared
/// draw by draw.
/// </summary>
public sealed class CostToTarget
{
    private readonly bool higherIsBetter;
    private readonly double[] means;
    private readonly double[][] replicates;

    /// <param name="scores">Of each point in the order of rising cost, [seed][item], of one set of seeds and
    /// items.</param>
    /// <param name="higherIsBetter">Whether scores should rise or fall.</param>
    public CostToTarget(IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores, bool higherIsBetter)
    {
        this.higherIsBetter = higherIsBetter;
        means = [.. scores.Select(point => point.Average(Scores.Mean))];
        var bootstrap = new HierarchicalBootstrap(scores[0].Count, scores[0][0].Count);
        replicates = [.. scores.Select(bootstrap.Means)];
    }

    /// <summary>
    /// The least cost at which the curve reaches the target, with its interval: a replicate that does not reach the
    /// target is beyond any bound, and where more than a fortieth of them are, there is no upper bound; below the first
    /// point there is no lower one.
    /// </summary>
    /// <param name="costs">Of each point.</param>
    /// <param name="target">The score to reach.</param>
    /// <returns>Null when the mean curve does not reach the target.</returns>
    public Interval? At(IReadOnlyList<double> costs, double target)
    {
        if (Crossing(costs, means, target, higherIsBetter) is not { } reached)
            return null;
        var crossings = Draws(costs, target).Order().ToArray();
        double? Bound(double probability) =>
            Quantile(crossings, probability) is var bound && double.IsFinite(bound) && bound > costs[0] ? bound : null;
        return new Interval(reached, Bound(0.025), Bound(0.975));
    }

    /// <summary>The cost in each replicate of the bootstrap; infinite where the target is not reached.</summary>
    public IReadOnlyList<double> Draws(IReadOnlyList<double> costs, double target) =>
        [
            .. Enumerable
                .Range(0, replicates[0].Length)
                .Select(draw =>
                    Crossing(costs, [.. replicates.Select(scores => scores[draw])], target, higherIsBetter)
                    ?? double.PositiveInfinity
                ),
        ];

    /// <summary>A quantile of sorted numbers, some of which may be infinite.</summary>
    internal static double Quantile(double[] sorted, double probability) =>
        sorted[(int)Math.Round(probability * (sorted.Length - 1))];

    internal static double? Crossing(
        IReadOnlyList<double> costs,
        IReadOnlyList<double> scores,
        double target,
        bool higherIsBetter
    )
    {
        bool Reached(double score) => higherIsBetter ? score >= target : score <= target;
        if (Reached(scores[0]))
            return costs[0];
        for (var i = 1; i < costs.Count; i++)
        {
            if (!Reached(scores[i]))
                continue;
            var share = (target - scores[i - 1]) / (scores[i] - scores[i - 1]);
            return Math.Exp(Math.Log(costs[i - 1]) + share * (Math.Log(costs[i]) - Math.Log(costs[i - 1])));
        }

        return null;
    }
}
