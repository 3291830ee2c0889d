namespace Bench.Protocol.Statistics;

/// <summary>What a method costs to reach a score, read off its curve over budgets.</summary>
public static class CostToTarget
{
    /// <summary>
    /// The least cost at which the curve reaches the target: linear in the logarithm of cost between measured points, never beyond them: a curve that starts above the target
    /// costs at most what its first point cost, and has no lower bound. The interval comes from the
    /// bootstrap's replicates of every point, with the same draws; a replicate that does not reach the target is beyond any bound, and where more than
    /// a fortieth of them are, there is no upper bound.
    /// </summary>
    /// <param name="curve">Costs with their scores, [seed][item], of one set of seeds and items.</param>
    /// <param name="target">The score to reach.</param>
    /// <param name="higherIsBetter">Whether scores should rise or fall.</param>
    /// <returns>Null when the mean curve does not reach the target.</returns>
    public static Interval? Of(IReadOnlyList<(double Cost, IReadOnlyList<IReadOnlyList<double>> Scores)> curve, double target, bool higherIsBetter)
    {
        var points = curve.OrderBy(point => point.Cost).ToArray();
        var costs = points.Select(point => point.Cost).ToArray();
        if (Crossing(costs, [.. points.Select(point => point.Scores.Average(Scores.Mean))], target, higherIsBetter) is not { } reached) return null;
        var bootstrap = new HierarchicalBootstrap(points[0].Scores.Count, points[0].Scores[0].Count);
        var replicates = points.Select(point => bootstrap.Means(point.Scores)).ToArray();
        var crossings = Enumerable.Range(0, replicates[0].Length)
            .Select(draw => Crossing(costs, [.. replicates.Select(scores => scores[draw])], target, higherIsBetter) ?? double.PositiveInfinity).ToArray();
        double? Bound(double probability)
        {
            var bound = crossings.Order().ElementAt((int)Math.Round(probability * (crossings.Length - 1)));
            return double.IsFinite(bound) && bound > costs[0] ? bound : null;
        }

        return new Interval(reached, Bound(0.025), Bound(0.975));
    }

    internal static double? Crossing(IReadOnlyList<double> costs, IReadOnlyList<double> scores, double target, bool higherIsBetter)
    {
        bool Reached(double score) => higherIsBetter ? score >= target : score <= target;
        if (Reached(scores[0])) return costs[0];
        for (var i = 1; i < costs.Count; i++)
        {
            if (!Reached(scores[i])) continue;
            var share = (target - scores[i - 1]) / (scores[i] - scores[i - 1]);
            return Math.Exp(Math.Log(costs[i - 1]) + share * (Math.Log(costs[i]) - Math.Log(costs[i - 1])));
        }

        return null;
    }
}
