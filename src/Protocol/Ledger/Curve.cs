using Bench.Protocol.Costs;
using Bench.Protocol.Statistics.Curves;

namespace Bench.Protocol.Ledger;

/// <summary>A method over its budgets.</summary>
/// <param name="Teacher">Its teacher; empty for a method without one.</param>
/// <param name="Method">Its name.</param>
/// <param name="Arms">The scores at each budget, rising.</param>
/// <param name="Costing">The cost of its runs.</param>
internal sealed record Curve(string Teacher, string Method, IReadOnlyList<ScoredArm> Arms, RunCosts Costing)
{
    /// <summary>Whether nobody teaches.</summary>
    internal bool IsGold => Teacher.Length == 0;

    private readonly IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores = BestSoFar.Of([
        .. Arms.Select(arm => arm.Scores),
    ]);

    /// <summary>Costs of targets, an arm that overfits standing at its best budget so far.</summary>
    internal CostToTarget ToTarget => new(scores);

    /// <summary>Whether enough budgets lie in its rise to read a cost between two of them.</summary>
    internal bool IsReadable => ToTarget.InsideRise >= CostToTarget.LeastInsideRise;

    /// <summary>
    /// FLOPs inside a boundary at each budget, over seeds in the mean; null where they are not known.
    /// </summary>
    internal IReadOnlyList<double>? Costs(Boundary boundary)
    {
        var costs = Arms.Select(arm => arm.Runs.Select(run => Costing.Flops(run, boundary)).ToArray()).ToArray();
        if (costs.Any(arm => arm.Any(cost => cost is null)))
            return null;
        double[] means = [.. costs.Select(arm => arm.Average(cost => cost!.Value))];
        return means.All(cost => cost > 0) ? means : null;
    }

    /// <summary>
    /// The cost of a score read off the means without a seed and without an item; −1 for none left out.
    /// </summary>
    internal double? CostWithout(IReadOnlyList<double> costs, int seed, int item, double target)
    {
        double[] means =
        [
            .. scores.Select(point =>
                point
                    .Where((_, s) => s != seed)
                    .Average(row => item < 0 ? row.Average() : (row.Sum() - row[item]) / (row.Count - 1))
            ),
        ];
        var reached = new MonotoneFit(costs, means, [.. means.Select(_ => 1.0)], higherIsBetter: true).At(target);
        return reached.IsAtMost ? null : reached.Cost;
    }

    /// <summary>
    /// FLOPs of answering one item at the budget from which a score is reached; null where not known.
    /// </summary>
    internal double? QueryAt(double target)
    {
        var at = Arms.FirstOrDefault(arm => arm.SeedMeans.Average() >= target);
        double?[] costs = at is null
            ? []
            : [.. at.Runs.Select(run => Costing.Flops(run, new Boundary([ChargeKind.Evaluation])) / at.Items)];
        return costs.Length == 0 || costs.Any(cost => cost is null) ? null : costs.Average();
    }
}
