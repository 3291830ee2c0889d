using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Statistics.Curves;

/// <summary>
/// The cost at which a method reaches a score, read off the monotone fit through its budgets: linear in the logarithm
/// of cost between measured points, never beyond them. Its interval holds the costs at which the score does not differ
/// from the target: between two budgets the curve's scores are a weighted mean of theirs, cell by cell, and the
/// two-term rule tests their difference from the target.
/// </summary>
public sealed class CostToTarget
{
    /// <summary>The budgets that must lie inside the rise for a cost to be interpolated.</summary>
    public const int LeastInsideRise = 3;

    // Steps between two budgets in which ends of the interval are looked for.
    private const int Steps = 50;

    private readonly IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores;
    private readonly double[] means;

    /// <param name="scores">Of each point in the order of rising cost, [seed][item], of one set of seeds and items;
    /// more is better.</param>
    public CostToTarget(IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores)
    {
        this.scores = scores;
        means = [.. scores.Select(point => MeanSquares.Of(point).Mean)];
    }

    /// <summary>Budgets strictly between a tenth and nine tenths of the fitted rise.</summary>
    public int InsideRise => Fit([.. means.Select((_, i) => i + 1.0)]).InsideRise;

    /// <summary>The monotone fit over the costs of the points, rising.</summary>
    public MonotoneFit Fit(IReadOnlyList<double> costs) =>
        new(costs, means, [.. means.Select(_ => 1.0)], higherIsBetter: true);

    /// <summary>
    /// The interval of the cost of a target, as two numbers of points that need not be whole: 1.5 is halfway, in the
    /// logarithm, between the costs of the second and third point. A missing end lies beyond what was measured.
    /// </summary>
    /// <param name="target">The score to reach on each item, such as a share of the teacher's.</param>
    public (double? Low, double? High) Ends(IReadOnlyList<double> target)
    {
        double? low = null,
            high = null;
        var last = (scores.Count - 1) * Steps;
        for (var at = 0; at <= last; at++)
        {
            var rule = Difference(at / Steps, (double)(at % Steps) / Steps, target).Rule;
            if (Math.Abs(rule.Value) > rule.HalfWidth())
                continue;
            low ??= (double)at / Steps;
            high = (double)at / Steps;
        }

        // A set that reaches the first or the last point goes on beyond it.
        return (low == 0 ? null : low, high * Steps == last ? null : high);
    }

    /// <summary>The cost of a number of points.</summary>
    public static double? Cost(IReadOnlyList<double> costs, double? points)
    {
        if (points is not { } at)
            return null;
        var from = Math.Min((int)at, costs.Count - 2);
        return MonotoneFit.Interpolate(costs[from], costs[from + 1], at - from);
    }

    private MeanSquares Difference(int point, double share, IReadOnlyList<double> target)
    {
        var (from, to) = (scores[point], scores[Math.Min(point + 1, scores.Count - 1)]);
        return MeanSquares.Of([
            .. from.Select(
                (row, seed) =>
                    (IReadOnlyList<double>)
                        [.. row.Select((score, item) => score + share * (to[seed][item] - score) - target[item])]
            ),
        ]);
    }
}
