using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Curves;

namespace Bench.Tests.Protocol.Statistics;

public class CurveTests
{
    // Of 40 items so many right, at each of several budgets, for three seeds that differ by one item.
    private static IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> Rising(params int[] right) =>
        [
            .. right.Select(count =>
                (IReadOnlyList<IReadOnlyList<double>>)
                    [
                        .. Enumerable
                            .Range(-1, 3)
                            .Select(more =>
                                (IReadOnlyList<double>)
                                    [.. Enumerable.Range(0, 40).Select(i => i < count + more ? 1.0 : 0)]
                            ),
                    ]
            ),
        ];

    private static double[] Every(double target) => [.. Enumerable.Repeat(target, 40)];

    [Fact]
    public void A_cost_is_read_off_the_curve_in_the_logarithm()
    {
        var curve = new CostToTarget(Rising(1, 10, 20, 30, 39));
        double[] costs = [1, 10, 100, 1000, 10_000];
        Assert.Equal(3, curve.InsideRise);
        Assert.Equal(Math.Sqrt(100 * 1000), curve.Fit(costs).At(25.0 / 40).Cost!.Value, 1e-6);
        var (low, high) = curve.Ends(Every(25.0 / 40));
        Assert.InRange(CostToTarget.Cost(costs, low)!.Value, 10, Math.Sqrt(100 * 1000));
        Assert.InRange(CostToTarget.Cost(costs, high)!.Value, Math.Sqrt(100 * 1000), 10_000);
    }

    [Fact]
    public void Ends_beyond_the_measured_costs_are_missing()
    {
        var curve = new CostToTarget(Rising(1, 10, 20, 30, 39));
        Assert.Null(curve.Ends(Every(38.0 / 40)).High);
        Assert.Null(curve.Ends(Every(1.0 / 40)).Low);
    }

    [Fact]
    public void A_curve_that_jumps_has_too_few_budgets_in_its_rise() =>
        Assert.Equal(0, new CostToTarget(Rising(1, 1, 39, 39)).InsideRise);

    [Fact]
    public void Neighbours_that_are_out_of_order_share_their_mean()
    {
        var fit = new MonotoneFit([1, 2, 3], [0.1, 0.6, 0.4], [1, 1, 1], higherIsBetter: true);
        Assert.Equal([0.1, 0.5, 0.5], fit.Fitted);
        Assert.Equal(2, fit.At(0.5).Cost);
        Assert.Equal(new Reached(null, 3, null), fit.At(0.55));
        Assert.True(fit.At(0.1).IsAtMost);
    }

    [Fact]
    public void A_teacher_pays_when_its_training_is_spread_over_enough_students()
    {
        Assert.Equal(20, BreakEven.Students(teacher: 1000, distilled: 50, alone: 100));
        Assert.Equal(1, BreakEven.Students(teacher: 0, distilled: 50, alone: 100));
        Assert.Null(BreakEven.Students(teacher: 1000, distilled: 100, alone: 100));
        // In binary 1 − 0.9 is less than 0.1.
        Assert.Equal(10, BreakEven.Students(teacher: 1, distilled: 0.9, alone: 1));
        Assert.Equal(10, BreakEven.Students(teacher: 1e30, distilled: 1e29, alone: 2e29));
    }

    [Fact]
    public void A_student_that_is_cheaper_to_use_repays_its_teacher_in_queries()
    {
        Assert.Equal(100, BreakEven.Queries(teacher: 40, distilled: 60, alone: 0, query: 1, queryAlone: 2));
        Assert.Equal(0, BreakEven.Queries(teacher: 40, distilled: 60, alone: 100, query: 2, queryAlone: 1));
        Assert.Null(BreakEven.Queries(teacher: 40, distilled: 61, alone: 100, query: 2, queryAlone: 1));
    }

    [Fact]
    public void Who_overfits_stands_at_the_best_budget_so_far()
    {
        var best = BestSoFar.Of(Rising(5, 30, 20));
        double Mean(int point) => best[point].Average(row => row.Average());
        Assert.Equal((5.0 / 40, 30.0 / 40, 30.0 / 40), (Mean(0), Mean(1), Mean(2)));
    }

    [Fact]
    public void Luck_does_not_choose_its_own_budget()
    {
        // Nothing is learnt at any budget: the best of eight by its own scores would be well above a half.
        var random = new Seed(5).Stream("coins");
        double[][][] coins =
        [
            .. Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Enumerable
                        .Range(0, 3)
                        .Select(_ => Enumerable.Range(0, 200).Select(_ => (double)random.Next(2)).ToArray())
                        .ToArray()
                ),
        ];
        var chosen = BestSoFar.Of(coins)[^1].Average(row => row.Average());
        Assert.InRange(chosen, 0.5 - 3 * 0.5 / Math.Sqrt(600), 0.5 + 3 * 0.5 / Math.Sqrt(600));
        Assert.True(coins.Max(point => point.Average(row => row.Average())) > 0.52);
    }
}
