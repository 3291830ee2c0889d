using System.Text.Json;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Distributions;
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
                e => Tails(e.Number("a"), e.Number("b"), Math.Log(e.Number("x")) - IncompleteBeta.Log1p(-e.Number("x")))
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
                e => new Values { ["pass"] = SampledAnswers.PassAt(e.Whole("n"), e.Whole("correct"), e.Whole("k")) }
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
}
