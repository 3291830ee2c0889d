using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Distributions;
using Bench.Protocol.Statistics.Intervals;

namespace Bench.Tests.Protocol.Statistics;

public class IntervalTests
{
    private static double[] Share(int right, int items = 40) =>
        [.. Enumerable.Range(0, items).Select(i => i < right ? 1.0 : 0)];

    [Fact]
    public void The_two_term_rule_has_the_hand_computed_value()
    {
        // Seed means 1 and 3, item means 1.5 and 2.5, nothing else: A = 2 · 2, B = 2 · 0.5, R = 0.
        var table = MeanSquares.Of([
            [0.5, 1.5],
            [2.5, 3.5],
        ]);
        Assert.Equal((4.0, 1.0, 0.0), (table.Seeds, table.Items, table.Residual));
        var t = StudentT.Critical(0.05, 1);
        Assert.Equal(12.706204736432095, t, 1e-9);
        Assert.Equal(t * Math.Sqrt((4 + 1) / 4.0), table.Rule.HalfWidth(), 1e-9);
    }

    [Fact]
    public void Seeds_that_happen_to_agree_are_no_surer_than_their_items()
    {
        // Both seeds have half right, but not the same half: all variance is residual.
        var table = MeanSquares.Of([
            [1, 1, 0, 0],
            [0, 0, 1, 1],
        ]);
        Assert.Equal(0, table.Seeds);
        Assert.True(table.Residual > table.Items);
        Assert.Equal(StudentT.Critical(0.05, 3) * Math.Sqrt(table.Items / table.Cells), table.Rule.HalfWidth(), 1e-12);
    }

    [Fact]
    public void P_is_below_a_level_exactly_where_the_interval_excludes_0()
    {
        double[][] table =
        [
            [0.3, 0.1, 0.4],
            [0.2, 0.2, 0.1],
            [0.5, 0.3, 0.2],
        ];
        var rule = MeanSquares.Of(table).Rule;
        var p = rule.P();
        Assert.InRange(p, 0.001, 0.2);
        Assert.Equal(rule.Value, rule.HalfWidth(p), 1e-9);
        Assert.True(rule.HalfWidth(0.9 * p) > rule.Value);
        Assert.True(rule.HalfWidth(1.1 * p) < rule.Value);
    }

    [Fact]
    public void A_difference_without_variance_has_the_p_of_its_value()
    {
        double[][] ones = [Share(40), Share(40)],
            zeros = [Share(0), Share(0)];
        Assert.Equal(0, MeanSquares.Of(MeanInterval.Difference(ones, zeros)).Rule.P());
        Assert.Equal(1, MeanSquares.Of(MeanInterval.Difference(ones, ones)).Rule.P());
        var interval = MeanInterval.OfDifference(ones, zeros, ScoreRange.Share);
        Assert.Equal((1.0, 1.0), (interval.Value, interval.High!.Value));
        Assert.Equal(Math.Pow(0.025, 1.0 / 40), interval.Low!.Value, 1e-12);
    }

    [Fact]
    public void Answers_that_are_all_right_speak_for_as_many_trials_as_items()
    {
        var interval = MeanInterval.Of([Share(40), Share(40), Share(40)], ScoreRange.Share);
        Assert.Equal(IntervalMethod.ClopperPearson, interval.Method);
        Assert.Equal((1.0, 1.0), (interval.Value, interval.High!.Value));
        Assert.Equal(Math.Pow(0.025, 1.0 / 40), interval.Low!.Value, 1e-12);
    }

    [Fact]
    public void Losses_that_do_not_vary_have_no_interval()
    {
        var interval = MeanInterval.Of(
            [
                [2.5, 2.5],
                [2.5, 2.5],
            ],
            ScoreRange.Real
        );
        Assert.Equal((IntervalMethod.NoVariance, null), (interval.Method, interval.Low));
        Assert.True(interval.Contains(3));
    }

    [Fact]
    public void One_seed_has_an_interval_over_items_and_one_item_one_over_seeds()
    {
        var items = MeanInterval.Of(
            [
                [1, 2, 3, 4],
            ],
            ScoreRange.Real
        );
        Assert.Equal((IntervalMethod.Items, 3.0), (items.Method, items.DegreesOfFreedom!.Value));
        Assert.Equal(2.5 + StudentT.Critical(0.05, 3) * Math.Sqrt(5.0 / 3 / 4), items.High!.Value, 1e-9);
        var seeds = MeanInterval.Of(
            [
                [1],
                [2],
                [3],
            ],
            ScoreRange.Real
        );
        Assert.Equal((IntervalMethod.Seeds, 2.0), (seeds.Method, seeds.DegreesOfFreedom!.Value));
        Assert.Equal(2 + StudentT.Critical(0.05, 2) * Math.Sqrt(1.0 / 3), seeds.High!.Value, 1e-9);
        Assert.Null(
            MeanInterval
                .Of(
                    [
                        [1],
                    ],
                    ScoreRange.Real
                )
                .Low
        );
    }

    [Fact]
    public void Shares_never_leave_0_to_1_and_differences_never_leave_their_range()
    {
        var share = MeanInterval.Of([Share(40), Share(20), Share(40)], ScoreRange.Share);
        Assert.Equal("two-term-wilson", share.Method);
        Assert.InRange(share.High!.Value, share.Value, 1);
        var difference = MeanInterval.OfDifference(
            [Share(40), Share(20), Share(40)],
            [Share(0), Share(5), Share(0)],
            ScoreRange.Share
        );
        Assert.Equal(1, difference.High);
    }

    [Fact]
    public void Scores_of_another_size_are_refused()
    {
        Assert.Throws<ArgumentException>(() =>
            MeanSquares.Of([
                [1, 2],
                [1],
            ])
        );
        Assert.Throws<ArgumentException>(() => MeanSquares.Of([]));
        Assert.Throws<ArgumentException>(() =>
            MeanInterval.Difference(
                [
                    [1, 2],
                ],
                [
                    [1],
                ]
            )
        );
    }

    [Fact]
    public void The_jackknife_of_a_mean_is_the_rule_with_both_squares_whole()
    {
        double[][] table =
        [
            [0, 1, 1, 0, 1, 1],
            [1, 1, 1, 0, 0, 1],
            [0, 0, 1, 1, 0, 1],
        ];
        var squares = MeanSquares.Of(table);
        var rule = Jackknife.Of(
            3,
            6,
            (seed, item) => table.Where((_, s) => s != seed).SelectMany(row => row.Where((_, i) => i != item)).Average()
        )!;
        Assert.Equal(squares.Seeds / squares.Cells, rule.Terms[0].Variance, 1e-12);
        Assert.Equal(squares.Items / squares.Cells, rule.Terms[1].Variance, 1e-12);
        Assert.Null(Jackknife.Of(1, 1, (_, _) => 1));
    }

    [Fact]
    public void Recovered_has_the_hand_computed_value()
    {
        // (0.5 − 0.1) / (0.9 − 0.1)
        var set = RecoveredGap.Of([Share(5, 10)], [Share(1, 10)], Share(9, 10));
        Assert.Equal(0.5, set.Ratio!.Value, 1e-12);
        Assert.Equal(FiellerShape.Bounded, set.Shape);
        Assert.InRange(set.Low!.Value, 0, 0.5);
        Assert.InRange(set.High!.Value, 0.5, 1.2);
    }

    [Fact]
    public void Seeds_are_far_apart_where_their_means_are_and_they_are_few()
    {
        Assert.True(SeedSpread.IsFar([0.2, 0.55]));
        Assert.False(SeedSpread.IsFar([0.2, 0.45, 0.3]));
        Assert.False(SeedSpread.IsFar([.. Enumerable.Range(0, 10).Select(i => i / 10.0)]));
        Assert.False(SeedSpread.IsFar([0.5]));
        Assert.Equal(0.632, SeedSpread.Unseen(3), 0.001);
    }

    [Fact]
    public void Sums_of_seeds_tie_as_they_do_by_hand()
    {
        // 0.1 + 0.2 − 0.3 is 0 in decimals, so every pattern is as far from 0.
        Assert.Equal(new SignFlip(8, 8), SignFlip.Of([0.1, 0.2, -0.3]));
        Assert.Equal(new SignFlip(2, 8), SignFlip.Of([0.1, 0.2, 0.3]));
        // Twenty-four seeds of one sign, counted in halves.
        Assert.Equal(new SignFlip(2, 1 << 24), SignFlip.Of([.. Enumerable.Range(1, 24).Select(i => i / 100.0)]));
        Assert.Throws<ArgumentException>(() => SignFlip.Of([]));
    }

    [Fact]
    public void A_tail_far_out_keeps_its_digits()
    {
        // By the series of the incomplete beta function in 80 digits.
        Assert.Equal(1, StudentT.Upper(30, 10_000) / 1.0221635237127133e-189, 1e-10);
        Assert.Equal(
            1,
            Math.Exp(IncompleteBeta.LogTails(300, 1, Math.Log(0.7 / 0.3)).Lower) / Math.Pow(0.7, 300),
            1e-11
        );
    }
}
