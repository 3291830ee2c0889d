using System.Text.Json;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Distributions;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Power;
using Bench.Protocol.Statistics.Scoring;
using MathNet.Numerics.Distributions;
using StudentT = Bench.Protocol.Statistics.Distributions.StudentT;
using Values = System.Collections.Generic.Dictionary<string, object?>;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>The statistic behind each group of reference values.</summary>
internal static partial class ReferenceFormulas
{
    internal static IReadOnlyDictionary<string, ReferenceFormula> Known { get; } =
        new Dictionary<string, ReferenceFormula>(StringComparer.Ordinal)
        {
            ["t_quantile"] = new(
                ["df", "p"],
                e => new Values { ["quantile"] = StudentT.Quantile(e.Number("p"), e.Number("df")) }
            ),
            ["t_tail"] = new(
                ["df", "x"],
                e => new Values
                {
                    ["lower"] = StudentT.Upper(-e.Number("x"), e.Number("df")),
                    ["upper"] = StudentT.Upper(e.Number("x"), e.Number("df")),
                    ["two_sided"] = StudentT.TwoSided(e.Number("x"), e.Number("df")),
                }
            ),
            ["normal_quantile"] = new(["p"], e => new Values { ["quantile"] = Normal.InvCDF(0, 1, e.Number("p")) }),
            ["normal_tail"] = new(
                ["x"],
                e => new Values
                {
                    ["lower"] = Normal.CDF(0, 1, e.Number("x")),
                    ["upper"] = Normal.CDF(0, 1, -e.Number("x")),
                }
            ),
            ["chi_square_quantile"] = new(
                ["df", "p"],
                e => new Values { ["quantile"] = ChiSquare.Quantile(e.Number("p"), e.Number("df")) }
            ),
            ["chi_square_tail"] = new(
                ["df", "x"],
                e => new Values
                {
                    ["lower"] = ChiSquare.Lower(e.Number("x"), e.Number("df")),
                    ["upper"] = ChiSquare.Upper(e.Number("x"), e.Number("df")),
                }
            ),
            ["f_quantile"] = new(
                ["df1", "df2", "p"],
                e => new Values
                {
                    ["quantile"] =
                        Math.Exp(IncompleteBeta.Quantile(e.Number("df1") / 2, e.Number("df2") / 2, e.Number("p")))
                        * e.Number("df2")
                        / e.Number("df1"),
                }
            ),
            ["f_tail"] = new(
                ["df1", "df2", "x"],
                e =>
                    Tails(
                        e.Number("df1") / 2,
                        e.Number("df2") / 2,
                        Math.Log(e.Number("df1") * e.Number("x") / e.Number("df2"))
                    )
            ),
            ["incomplete_beta"] = new(
                ["a", "b", "x"],
                e =>
                    Tails(
                        e.Number("a"),
                        e.Number("b"),
                        Math.Log(e.Number("x")) - IncompleteBeta.Log1p(-e.Number("x"))
                    )
            ),
            ["beta_quantile"] = new(
                ["a", "b", "p"],
                e => new Values
                {
                    ["quantile"] = IncompleteBeta.Share(
                        IncompleteBeta.Quantile(e.Number("a"), e.Number("b"), e.Number("p"))
                    ),
                }
            ),
            ["binomial_interval"] = new(["successes", "n", "level"], BinomialIntervals),
            ["binomial"] = new(
                ["n", "p", "k"],
                e => new Values
                {
                    ["probability"] = Binomial.PMF(e.Number("p"), e.Whole("n"), e.Whole("k")),
                    ["cdf"] = Binomial.CDF(e.Number("p"), e.Whole("n"), e.Whole("k")),
                }
            ),
            ["noncentral_t"] = new(
                ["df", "noncentrality", "x"],
                e =>
                {
                    var (lower, upper) = NoncentralT.Tails(e.Number("x"), e.Number("df"), e.Number("noncentrality"));
                    return new Values { ["lower"] = lower, ["upper"] = upper };
                }
            ),
            ["studentized_range"] = new(
                ["groups", "df", "p"],
                e => new Values
                {
                    ["quantile"] = StudentizedRange.Quantile(e.Number("p"), e.Whole("groups"), e.Number("df")),
                }
            ),
            ["two_factors"] = new([], TwoFactors),
            ["one_seed"] = new([], OneSeed),
            ["three_factors"] = new([], Three),
            ["groups"] = new([], Grouped),
            ["seeds_and_groups"] = new([], SeedsAndGroups),
            ["paired_t"] = new(["differences"], e => SeedTests(SeedTest.Paired(e.Numbers("differences")), e)),
            ["welch_t"] = new(
                ["first", "second"],
                e => SeedTests(SeedTest.Unpaired(e.Numbers("first"), e.Numbers("second")), e)
            ),
            ["sign_flip"] = new(
                ["differences"],
                e =>
                {
                    var test = SignFlip.Of(e.Numbers("differences"));
                    return new Values
                    {
                        ["flips"] = test.Flips,
                        ["as_extreme"] = test.Extreme,
                        ["p"] = test.P,
                    };
                }
            ),
            ["wilcoxon_signed_rank"] = new(
                ["differences"],
                e =>
                {
                    var test = SignedRank.Of(e.Numbers("differences"));
                    return new Values
                    {
                        ["n_nonzero"] = test.NonZero,
                        ["w_plus"] = test.RankSum,
                        ["p"] = test.P,
                    };
                }
            ),
            ["mcnemar"] = new(
                ["only_first_correct", "only_second_correct"],
                e =>
                {
                    var test = new McNemar(e.Whole("only_first_correct"), e.Whole("only_second_correct"));
                    return new Values { ["p_exact"] = test.Exact, ["p_mid"] = test.Mid };
                }
            ),
            ["adjusted_p"] = new(
                ["p"],
                e =>
                {
                    var holm = AdjustedP.Holm(e.Numbers("p"));
                    return new Values
                    {
                        ["holm"] = holm,
                        ["benjamini_hochberg"] = AdjustedP.BenjaminiHochberg(e.Numbers("p")),
                        ["rejected_holm_05"] = holm.Select(p => p <= 0.05).ToArray(),
                    };
                }
            ),
            ["letters"] = new(["differ", "arms"], Lettered),
            ["fieller"] = new([], e => Fieller(Ratio(e), Quantile(e), Given(e))),
            ["break_even_interval"] = new([], e => Fieller(Ratio(e), Quantile(e), Given(e))),
            ["recovered_from_means"] = new([], RecoveredFromMeans),
            ["recovered_from_tables"] = new([], RecoveredFromTables),
            ["detectable"] = new(["seeds", "alpha", "power"], Detectable),
            ["seeds_needed"] = new(["sd_of_differences", "difference"], SeedsNeeded),
            ["power"] = new(
                ["seeds", "difference_over_sd"],
                e => new Values { ["power"] = PairedPower.Of(e.Whole("seeds"), e.Number("difference_over_sd")) }
            ),
            ["isotonic"] = new([], Isotonic),
            ["break_even"] = new([], BreaksEven),
            ["laws"] = new([], _ => new Values()) { Own = CheckLaw },
            ["pass_at_k"] = new(
                ["n", "correct", "k"],
                e => new Values
                {
                    ["pass"] = SampledAnswers.PassAt(e.Whole("n"), e.Whole("correct"), e.Whole("k")),
                }
            ),
            ["avg_at_n"] = new([], AverageAtN),
            ["majority_at_k"] = new(["answers", "right", "k"], Majority),
            ["calibration"] = new([], Calibrated),
            ["rank_correlation"] = new(
                ["x", "y"],
                e => new Values
                {
                    ["spearman"] = RankCorrelation.Spearman(e.Numbers("x"), e.Numbers("y")),
                    ["kendall_tau_b"] = RankCorrelation.KendallTauB(e.Numbers("x"), e.Numbers("y")),
                }
            ),
        };

    private static Values Tails(double a, double b, double logOdds)
    {
        var (lower, upper) = IncompleteBeta.LogTails(a, b, logOdds);
        return new Values { ["lower"] = Math.Exp(lower), ["upper"] = Math.Exp(upper) };
    }

    private static Values BinomialIntervals(JsonElement e)
    {
        var (successes, trials, level) = (e.Number("successes"), e.Number("n"), 1 - e.Number("level"));
        var (wilson, exact) = (
            BinomialInterval.Wilson(successes / trials, trials, level),
            BinomialInterval.ClopperPearson(successes, trials, level)
        );
        return new Values
        {
            ["wilson"] = new[] { wilson.Low, wilson.High },
            ["clopper_pearson"] = new[] { exact.Low, exact.High },
        };
    }

    private static ScoreRange Range(JsonElement e) =>
        e.GetProperty("kind").GetString() switch
        {
            "score01" => ScoreRange.Share,
            "difference01" => ScoreRange.ShareDifference,
            _ => ScoreRange.Real,
        };

    private static double[] Ends(Interval interval) => [interval.Low!.Value, interval.High!.Value];

    private static double[] Plain(TermRule rule) => [rule.Value - rule.HalfWidth(), rule.Value + rule.HalfWidth()];

    private static Values TwoFactors(JsonElement e)
    {
        IReadOnlyList<IReadOnlyList<double>> scores = e.TryGetProperty("scores", out _)
            ? e.Table("scores")
            : MeanInterval.Difference(e.Table("first"), e.Table("second"));
        var table = MeanSquares.Of(scores);
        var (rule, range) = (table.Rule, Range(e));
        var interval = MeanInterval.Of(table, range);
        var (unclipped, clipped, seeds) = (Rivals.Unclipped(table), Rivals.Clipped(table), Rivals.Seeds(table));
        var wider = Math.Max(clipped.HalfWidth(), seeds.HalfWidth());
        return new Values
        {
            ["seeds"] = table.SeedCount,
            ["items"] = table.ItemCount,
            ["mean"] = table.Mean,
            ["ms_seeds"] = table.Seeds,
            ["ms_items"] = table.Items,
            ["ms_residual"] = table.Residual,
            ["var_seed"] = (table.Seeds - table.Residual) / table.ItemCount,
            ["var_item"] = (table.Items - table.Residual) / table.SeedCount,
            ["var_residual"] = table.Residual,
            ["variance_unclipped"] = unclipped.Variance,
            ["df_unclipped"] = unclipped.DegreesOfFreedom,
            ["kept"] = Rivals.Kept(table),
            ["variance"] = clipped.Variance,
            ["df"] = clipped.DegreesOfFreedom,
            ["half_satterthwaite"] = clipped.HalfWidth(),
            ["half_seeds"] = seeds.HalfWidth(),
            ["half_items"] = Rivals.Items(table).HalfWidth(),
            ["half_wider_of_two"] = wider,
            ["half_two_term"] = rule.HalfWidth(),
            // Scores have the plain interval and, below, the one in the form that Bench reports.
            ["interval"] = range == ScoreRange.ShareDifference ? Ends(interval) : Plain(rule),
            ["effective_n"] = rule.HalfWidth() > 0 ? MeanInterval.EffectiveTrials(table.Mean, rule.HalfWidth()) : null,
            ["interval01"] = range == ScoreRange.Share ? Ends(interval) : null,
            ["p_two_term"] = rule.P(),
            ["p_satterthwaite"] = clipped.P(table.Mean),
            ["p_seeds"] = seeds.P(table.Mean),
            ["p_wider_of_two"] = Math.Max(clipped.P(table.Mean), seeds.P(table.Mean)),
        };
    }

    private static Values OneSeed(JsonElement e)
    {
        var table = MeanSquares.Of(e.Table("scores"));
        var interval = MeanInterval.Of(table, Range(e));
        return new Values
        {
            ["items"] = table.ItemCount,
            ["mean"] = table.Mean,
            ["variance"] = table.Items / table.Cells,
            ["df"] = table.ItemCount - 1,
            ["half"] = table.Rule.HalfWidth(),
            ["interval"] = Plain(table.Rule),
            ["effective_n"] =
                table.Rule.HalfWidth() > 0 ? MeanInterval.EffectiveTrials(table.Mean, table.Rule.HalfWidth()) : null,
            ["interval01"] = Range(e) == ScoreRange.Share ? Ends(interval) : null,
        };
    }

    private static Values Three(JsonElement e)
    {
        double[][][] scores =
        [
            .. e.GetProperty("scores")
                .EnumerateArray()
                .Select(teacher =>
                    (double[][])
                        [
                            .. teacher
                                .EnumerateArray()
                                .Select(seed => (double[])[.. seed.EnumerateArray().Select(score => score.GetDouble())]),
                        ]
                ),
        ];
        var table = ThreeFactors.Of(scores);
        var (components, kept, coefficients) = Rivals.Three(table);
        var freedom = table.Squares.Keys.ToDictionary(
            factor => factor,
            factor =>
                factor.Aggregate(
                    1.0,
                    (product, f) => product * ((f == 'T' ? table.Teachers : f == 'S' ? table.Seeds : table.Items) - 1)
                )
        );
        var cells = (double)table.Teachers * table.Seeds * table.Items;
        Rivals.Combined Only(string factor) =>
            Rivals.Combined.Of((1 / cells, table.Squares[factor], freedom[factor]));
        Rivals.Combined Weighted(Func<string, double> coefficient) =>
            Rivals.Combined.Of(
                [.. table.Squares.Keys.Select(factor => (coefficient(factor), table.Squares[factor], freedom[factor]))]
            );
        var left = Weighted(factor => coefficients[factor]);
        var whole = Weighted(factor => (factor.Length % 2 == 1 ? 1 : -1) / cells);
        var nested = MeanSquares.Of(
            scores
                .Select(teacher =>
                    (IReadOnlyList<double>)
                        [.. Enumerable.Range(0, table.Items).Select(item => teacher.Average(seed => seed[item]))]
                )
                .ToArray()
        );
        return new Values
        {
            ["teachers"] = table.Teachers,
            ["seeds"] = table.Seeds,
            ["items"] = table.Items,
            ["mean"] = table.Mean,
            ["mean_squares"] = Boxed(table.Squares),
            ["df_mean_squares"] = Boxed(freedom),
            ["components"] = Boxed(components),
            ["variance_unclipped"] = whole.Variance,
            ["kept"] = kept,
            ["coefficients"] = Boxed(coefficients),
            ["variance"] = left.Variance,
            ["df"] = left.DegreesOfFreedom,
            ["half_satterthwaite"] = left.HalfWidth(),
            ["half_teachers"] = Only("T").HalfWidth(),
            ["half_seeds"] = Only("S").HalfWidth(),
            ["half_items"] = Only("I").HalfWidth(),
            ["half_wider"] = Math.Max(
                left.HalfWidth(),
                Math.Max(Only("T").HalfWidth(), Only("S").HalfWidth())
            ),
            ["half_three_term"] = table.Rule.HalfWidth(),
            ["interval"] = Plain(table.Rule),
            ["seeds_within_teachers"] = WithGroups(nested, "items"),
        };
    }

    private static Values Boxed(IReadOnlyDictionary<string, double> values) =>
        values.ToDictionary(pair => pair.Key, pair => (object?)pair.Value);

    private static Values Grouped(JsonElement e)
    {
        var error = ClusteredError.Of(e.Numbers("scores"), e.Wholes("group"));
        return new Values
        {
            ["mean"] = error.Mean,
            ["se_clt"] = error.Independent,
            ["se_clustered_miller"] = error.Miller < 0 ? null : Math.Sqrt(error.Miller),
            ["variance_clustered_miller"] = error.Miller,
            ["se_cr0"] = error.Clustered,
            ["se_cr1"] = error.Corrected,
            ["groups"] = error.Groups,
            ["groups_effective"] = error.EffectiveGroups,
            ["df"] = error.Groups - 1,
            ["half"] = error.Rule.HalfWidth(),
            ["interval"] = Plain(error.Rule),
        };
    }

    private static Values SeedsAndGroups(JsonElement e) =>
        WithGroups(MeanSquares.Of(e.Table("scores"), e.Wholes("group")), "groups");

    private static Values WithGroups(MeanSquares table, string second)
    {
        var clipped = Rivals.Clipped(table);
        return new Values
        {
            ["mean"] = table.Mean,
            ["ms_seeds"] = table.Seeds,
            [$"ms_{second}"] = table.Items,
            ["ms_residual"] = table.Residual,
            ["variance_unclipped"] = Rivals.Unclipped(table).Variance,
            ["variance"] = clipped.Variance,
            ["df"] = clipped.DegreesOfFreedom,
            ["half_satterthwaite"] = clipped.HalfWidth(),
            ["half_seeds"] = Rivals.Seeds(table).HalfWidth(),
            [$"half_{second}"] = Rivals.Items(table).HalfWidth(),
            ["half_two_term"] = table.Rule.HalfWidth(),
            ["interval"] = Plain(table.Rule),
        };
    }
}
