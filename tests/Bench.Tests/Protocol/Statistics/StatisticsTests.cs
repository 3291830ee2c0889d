using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Tests.Protocol.Statistics;

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
    public void Mcnemar_has_the_hand_computed_value()
    {
        // Nine items only a solved and one only b: 2 · (C(10,0) + C(10,1)) / 2^10.
        double[] a = [.. Enumerable.Repeat(1.0, 9), 0, 1, 0],
            b = [.. Enumerable.Repeat(0.0, 9), 1, 1, 0];
        Assert.Equal(2 * 11.0 / 1024, McNemar.Of(a, b).Exact, 1e-12);
        Assert.Equal(1, McNemar.Of([1, 0], [1, 0]).Exact);
        Assert.Throws<ArgumentException>(() => McNemar.Of([0.5], [1]));
    }

    [Fact]
    public void Holm_steps_down_as_worked_by_hand() =>
        Assert.All(
            AdjustedP.Holm([0.01, 0.04, 0.03, 0.005]).Zip([0.03, 0.06, 0.06, 0.02]),
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
        Assert.Equal((2 * 0.45 + 0.25) / 3, Calibration.ExpectedError([0.95, 0.95, 0.25], [1, 0, 0]), 1e-12);
        Assert.Equal(0, Calibration.ExpectedError([1, 1], [1, 1]));
        Assert.Throws<ArgumentException>(() => Calibration.ExpectedError([], []));
    }
}
