using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Tests.Protocol;

public class StatisticsTests
{
    [Fact]
    public void Means_and_standard_errors_have_hand_computed_values()
    {
        Assert.Equal(0.75, Scores.Mean([1, 1, 0, 1]));
        // √(p (1 − p) / (n − 1)) for p = 3/4, n = 4.
        Assert.Equal(Math.Sqrt(0.75 * 0.25 / 3), Scores.StandardError([1, 1, 0, 1]), 1e-12);
        Assert.Equal(Math.Sqrt(5.0 / 3 / 4), Scores.StandardError([1, 2, 3, 4]), 1e-12);
    }

    [Fact]
    public void Nothing_has_no_mean_and_one_score_no_error()
    {
        Assert.Throws<ArgumentException>(() => Scores.Mean([]));
        Assert.Throws<ArgumentException>(() => Scores.StandardError([1]));
    }

    [Fact]
    public void Quantiles_interpolate()
    {
        Assert.Equal(2.5, HierarchicalBootstrap.Quantile([4, 1, 3, 2], 0.5));
        Assert.Equal(1, HierarchicalBootstrap.Quantile([4, 1, 3, 2], 0));
        Assert.Equal(4, HierarchicalBootstrap.Quantile([4, 1, 3, 2], 1));
    }

    [Fact]
    public void An_interval_is_a_function_of_the_scores()
    {
        double[][] scores =
        [
            [0, 1, 1, 0, 1],
            [1, 1, 1, 0, 0],
        ];
        Assert.Equal(new HierarchicalBootstrap(2, 5).Mean(scores), new HierarchicalBootstrap(2, 5).Mean(scores));
    }

    [Fact]
    public void Constant_scores_have_an_interval_without_width()
    {
        var interval = new HierarchicalBootstrap(2, 3).Mean([
            [1, 1, 1],
            [1, 1, 1],
        ]);
        Assert.Equal(new Interval(1, 1, 1), interval);
    }

    [Fact]
    public void The_interval_of_a_mean_covers_it_about_as_often_as_it_says()
    {
        // Items of one model: coverage of a 95% interval over 200 worlds; 0.88 leaves room for 4 standard errors.
        var random = new Seed(3).Stream("worlds");
        var bootstrap = new HierarchicalBootstrap(1, 100, 400);
        var covered = Enumerable
            .Range(0, 200)
            .Count(_ =>
            {
                double[] world = [.. Enumerable.Range(0, 100).Select(_ => random.NextDouble() < 0.6 ? 1.0 : 0.0)];
                return bootstrap.Mean([world]).Contains(0.6);
            });
        Assert.InRange(covered, 176, 200);
    }

    [Fact]
    public void Recovered_has_the_hand_computed_value()
    {
        double[] teacher = [1, 1, 1, 1, 1, 1, 1, 1, 1, 0];
        double[] baseline = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        double[] student = [1, 1, 1, 1, 1, 0, 0, 0, 0, 0];
        var recovered = new HierarchicalBootstrap(1, 10).Recovered(teacher, [baseline], [student])!;
        // (0.5 − 0.1) / (0.9 − 0.1)
        Assert.Equal(0.5, recovered.Value, 1e-12);
        Assert.InRange(recovered.Low!.Value, 0, 0.5);
        Assert.InRange(recovered.High!.Value, 0.5, 1.2);
    }

    [Fact]
    public void Recovered_is_undefined_where_the_teacher_is_worse()
    {
        double[] good = [1, 1, 1, 1, 1, 1, 1, 1],
            bad = [0, 0, 0, 0, 0, 0, 0, 1];
        Assert.Null(new HierarchicalBootstrap(1, 8).Recovered(bad, [good], [bad]));
        // Of a loss, less is better: there the same numbers are a gap.
        Assert.Equal(
            1,
            new HierarchicalBootstrap(1, 8).Recovered(bad, [good], [bad], higherIsBetter: false)!.Value,
            1e-12
        );
    }

    [Fact]
    public void The_p_of_a_difference_falls_with_its_size()
    {
        var bootstrap = new HierarchicalBootstrap(2, 40);
        double[] Share(int right) => [.. Enumerable.Range(0, 40).Select(i => i < right ? 1.0 : 0)];
        double P(int right) => bootstrap.DifferenceP([Share(right), Share(right)], [Share(20), Share(20)]);
        Assert.Equal(1, P(20));
        Assert.InRange(P(22), 0.05, 0.5);
        Assert.InRange(P(34), 0, 1e-4);
    }

    [Fact]
    public void Recovered_is_undefined_where_there_is_no_gap()
    {
        double[] teacher = [1, 0, 1, 0, 1, 0];
        Assert.Null(
            new HierarchicalBootstrap(1, 6).Recovered(
                teacher,
                [
                    [0, 1, 0, 1, 1, 0],
                ],
                [
                    [1, 1, 1, 1, 1, 1],
                ]
            )
        );
    }

    [Fact]
    public void Scores_of_another_size_are_refused() =>
        Assert.Throws<ArgumentException>(() =>
            new HierarchicalBootstrap(2, 3).Mean([
                [1, 1, 1],
            ])
        );

    [Fact]
    public void Permutation_counts_the_signs_by_hand()
    {
        // Differences 1, 1, 1: of eight sign patterns the two extreme ones are as large.
        Assert.Equal(0.25, PairedTests.Permutation([1, 1, 1, 0], [0, 0, 0, 0]));
        // Differences 2 and −1 and 0: |±2 ± 1| is at least 1 always.
        Assert.Equal(1, PairedTests.Permutation([2, 0, 5], [0, 1, 5]));
        Assert.Equal(1, PairedTests.Permutation([1, 0], [1, 0]));
        Assert.Throws<ArgumentException>(() => PairedTests.Permutation([1], [1, 0]));
        Assert.Throws<ArgumentException>(() => PairedTests.Permutation([], []));
    }

    [Fact]
    public void Permutation_is_level_where_nothing_differs_and_sees_what_does()
    {
        var random = new Seed(11).Stream("permutation worlds");
        double[] Draw(double shift) => [.. Enumerable.Range(0, 60).Select(_ => random.NextNormal() + shift)];
        var alike = Enumerable.Range(0, 200).Count(_ => PairedTests.Permutation(Draw(0), Draw(0)) < 0.05);
        Assert.InRange(alike, 1, 22);
        Assert.InRange(PairedTests.Permutation(Draw(1.5), Draw(0)), 0, 1e-3);
    }

    [Fact]
    public void Mcnemar_has_the_hand_computed_value()
    {
        // Nine items only a solved and one only b: 2 · (C(10,0) + C(10,1)) / 2^10.
        double[] a = [.. Enumerable.Repeat(1.0, 9), 0, 1, 0],
            b = [.. Enumerable.Repeat(0.0, 9), 1, 1, 0];
        Assert.Equal(2 * 11.0 / 1024, PairedTests.McNemar(a, b), 1e-12);
        Assert.Equal(1, PairedTests.McNemar([1, 0], [1, 0]));
        Assert.Throws<ArgumentException>(() => PairedTests.McNemar([0.5], [1]));
    }

    [Fact]
    public void Holm_steps_down_as_worked_by_hand() =>
        Assert.All(
            PairedTests.Holm([0.01, 0.04, 0.03, 0.005]).Zip([0.03, 0.06, 0.06, 0.02]),
            pair => Assert.Equal(pair.Second, pair.First, 1e-12)
        );

    [Fact]
    public void The_frontier_holds_what_nobody_beats()
    {
        Assert.Equal(
            [true, true, false, true],
            ParetoFrontier.Of([(1, 0.2), (2, 0.5), (3, 0.4), (4, 0.9)], higherIsBetter: true)
        );
        Assert.Equal(
            [true, false, false, false],
            ParetoFrontier.Of([(1, 0.2), (2, 0.5), (3, 0.4), (4, 0.9)], higherIsBetter: false)
        );
        Assert.Equal([true, true], ParetoFrontier.Of([(1, 0.2), (1, 0.2)], higherIsBetter: true));
    }

    [Fact]
    public void Cost_to_a_target_is_read_off_the_curve_in_the_logarithm()
    {
        Assert.Equal(
            Math.Sqrt(10 * 100),
            CostToTarget.Crossing([10, 100], [0.4, 0.8], 0.6, higherIsBetter: true)!.Value,
            1e-9
        );
        Assert.Equal(10, CostToTarget.Crossing([10, 100], [0.4, 0.8], 0.3, higherIsBetter: true));
        Assert.Null(CostToTarget.Crossing([10, 100], [0.4, 0.8], 0.9, higherIsBetter: true));
        Assert.Equal(
            Math.Sqrt(10 * 100),
            CostToTarget.Crossing([10, 100], [4, 2], 3, higherIsBetter: false)!.Value,
            1e-9
        );

        // Half and all of 40 items right: the interval of the cost to 75% holds the middle, and the target at the top
        // has no upper bound.
        double[] half = [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? 1.0 : 0)],
            all = [.. half.Select((_, i) => i == 0 ? 0.0 : 1)];
        var curve = new CostToTarget(
            [
                [half],
                [all],
            ],
            higherIsBetter: true
        );
        double[] costs = [10, 1000];
        var cost = curve.At(costs, 0.75)!;
        Assert.InRange(cost.Value, 100, 130);
        Assert.True(cost.Low < cost.Value && cost.Value < cost.High);
        Assert.Null(curve.At(costs, 0.975)!.High);
        Assert.Null(curve.At(costs, 0.99));
        // Reached before the curve begins: as much or less, and how much less is not known.
        Assert.Equal((10, null), (curve.At(costs, 0.2)!.Value, curve.At(costs, 0.2)!.Low));
    }

    [Fact]
    public void A_teacher_pays_when_its_training_is_spread_over_enough_students()
    {
        Assert.Equal(20, BreakEven.Students(teacher: 1000, distilled: 50, alone: 100));
        Assert.Equal(1, BreakEven.Students(teacher: 0, distilled: 50, alone: 100));
        Assert.Null(BreakEven.Students(teacher: 1000, distilled: 100, alone: 100));
        // Of forty replicates one never pays: the upper bound is the largest of the others; with two that never do
        // there is none.
        double[] alone = [.. Enumerable.Range(0, 40).Select(i => i < 2 ? 100 : 110.0 + i)];
        Assert.Equal(
            (21.0, null),
            BreakEven.Interval([.. Enumerable.Repeat(1000.0, 40)], [.. Enumerable.Repeat(100.0, 40)], alone)
        );
        Assert.Equal(
            (21.0, 91.0),
            BreakEven.Interval(
                [.. Enumerable.Repeat(1000.0, 40)],
                [.. Enumerable.Repeat(100.0, 40)],
                [.. alone.Select((cost, i) => i == 1 ? 111 : cost)]
            )
        );
        Assert.Null(
            BreakEven
                .Interval(
                    [.. Enumerable.Repeat(1000.0, 40)],
                    [.. Enumerable.Repeat(double.PositiveInfinity, 40)],
                    alone
                )
                .Low
        );
    }

    [Theory]
    [InlineData(5, 1, 1, 0.2)]
    [InlineData(5, 2, 2, 0.7)]
    [InlineData(5, 0, 3, 0)]
    [InlineData(5, 3, 3, 1)]
    public void Pass_at_k_has_the_hand_computed_value(int n, int correct, int k, double value) =>
        Assert.Equal(value, SampledAnswers.PassAt(n, correct, k), 1e-12);

    [Fact]
    public void Pass_at_k_is_unbiased()
    {
        // The chance that one of two draws succeeds at p = 0.3, from four draws.
        var expected = Enumerable
            .Range(0, 5)
            .Sum(c =>
                Math.Pow(0.3, c) * Math.Pow(0.7, 4 - c) * new[] { 1, 4, 6, 4, 1 }[c] * SampledAnswers.PassAt(4, c, 2)
            );
        Assert.Equal(1 - 0.7 * 0.7, expected, 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => SampledAnswers.PassAt(2, 1, 3));
    }

    [Fact]
    public void The_majority_answers_and_the_first_of_equals_decides()
    {
        Assert.Equal(1, SampledAnswers.Majority(["7", "8", "7"], [1, 0, 1]));
        Assert.Equal(0, SampledAnswers.Majority(["8", "7", "7", "8"], [0, 1, 1, 0]));
        Assert.Equal(1, SampledAnswers.Majority(["", "", "7"], [0, 0, 1]));
        Assert.Equal(0, SampledAnswers.Majority(["", ""], [0, 0]));
        Assert.Throws<ArgumentException>(() => SampledAnswers.Majority([], []));
    }

    [Fact]
    public void Calibration_error_has_the_hand_computed_value()
    {
        // Two answers at 0.95, one right: off by 0.45; one at 0.25, wrong: off by 0.25.
        Assert.Equal((2 * 0.45 + 0.25) / 3, ExpectedCalibrationError.Of([0.95, 0.95, 0.25], [1, 0, 0]), 1e-12);
        Assert.Equal(0, ExpectedCalibrationError.Of([1, 1], [1, 1]));
        Assert.Throws<ArgumentException>(() => ExpectedCalibrationError.Of([], []));
    }

    [Fact]
    public void Any_statistic_has_the_mean_s_interval_when_it_is_the_mean()
    {
        double[][] scores =
        [
            [0, 1, 1, 0, 1, 1],
            [1, 1, 1, 0, 0, 1],
        ];
        var bootstrap = new HierarchicalBootstrap(2, 6);
        var (mean, any) = (bootstrap.Mean(scores), bootstrap.Of(draw => draw(scores).Average()));
        Assert.Equal(mean.Value, any.Value, 1e-12);
        Assert.Equal(mean.Low!.Value, any.Low!.Value, 1e-12);
        Assert.Equal(mean.High!.Value, any.High!.Value, 1e-12);
    }
}
