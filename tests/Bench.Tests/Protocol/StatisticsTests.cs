using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics;

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
        double[][] scores = [[0, 1, 1, 0, 1], [1, 1, 1, 0, 0]];
        Assert.Equal(new HierarchicalBootstrap(2, 5).Mean(scores), new HierarchicalBootstrap(2, 5).Mean(scores));
    }

    [Fact]
    public void Constant_scores_have_an_interval_without_width()
    {
        var interval = new HierarchicalBootstrap(2, 3).Mean([[1, 1, 1], [1, 1, 1]]);
        Assert.Equal(new Interval(1, 1, 1), interval);
    }

    [Fact]
    public void The_interval_of_a_mean_covers_it_about_as_often_as_it_says()
    {
        // Items of one model: coverage of a 95% interval over 200 worlds; 0.88 leaves room for 4 standard errors.
        var random = new Seed(3).Stream("worlds");
        var bootstrap = new HierarchicalBootstrap(1, 100, 400);
        var covered = Enumerable.Range(0, 200).Count(_ =>
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
    public void Recovered_is_undefined_where_there_is_no_gap()
    {
        double[] teacher = [1, 0, 1, 0, 1, 0];
        Assert.Null(new HierarchicalBootstrap(1, 6).Recovered(teacher, [[0, 1, 0, 1, 1, 0]], [[1, 1, 1, 1, 1, 1]]));
    }

    [Fact]
    public void Scores_of_another_size_are_refused() => Assert.Throws<ArgumentException>(() => new HierarchicalBootstrap(2, 3).Mean([[1, 1, 1]]));
}
