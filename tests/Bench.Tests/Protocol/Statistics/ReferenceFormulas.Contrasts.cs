using System.Text.Json;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Power;
using Bench.Protocol.Statistics.Scoring;
using MathNet.Numerics.Distributions;
using StudentT = Bench.Protocol.Statistics.Distributions.StudentT;
using Values = System.Collections.Generic.Dictionary<string, object?>;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>Contrasts, ratios, power, curves and scores.</summary>
internal static partial class ReferenceFormulas
{
    private static Values SeedTests(SeedTest test, JsonElement e)
    {
        var values = new Values
        {
            ["df"] = test.DegreesOfFreedom,
            ["t"] = test.T,
            ["p"] = test.P,
            ["interval"] = new[] { test.Interval.Low, test.Interval.High },
            ["mean"] = test.Difference,
            ["difference"] = test.Difference,
        };
        if (e.TryGetProperty("differences", out var differences))
            values["sd"] = test.StandardError * Math.Sqrt(differences.GetArrayLength());
        return values;
    }

    private static Values Lettered(JsonElement e)
    {
        var arms = e.Whole("arms");
        var differ = new bool[arms, arms];
        foreach (var pair in e.Table("differ"))
            differ[(int)pair.Min(), (int)pair.Max()] = true;
        return new Values { ["letters"] = Letters.Of(arms, differ), ["sets"] = Letters.Sets(arms, differ) };
    }

    private static ((double, double) A, (double, double) B, double Covariance) Ratio(JsonElement e) =>
        (
            (e.Number("numerator"), e.Number("var_numerator")),
            (e.Number("denominator"), e.Number("var_denominator")),
            e.Number("covariance")
        );

    // The quantile that the degrees of freedom give, to be equal to the one that is written.
    private static double Quantile(JsonElement e)
    {
        var quantile = e.Maybe("df") is { } df ? StudentT.Critical(0.05, df) : Normal.InvCDF(0, 1, 0.975);
        if (e.Maybe("quantile") is { } written)
            Assert.Equal(written, quantile, 1e-12 * written);
        return quantile;
    }

    private static Values Given(JsonElement e) => new() { ["quantile"] = e.Maybe("quantile") };

    private static Values Fieller(
        ((double Value, double Variance) A, (double Value, double Variance) B, double Covariance) of,
        double quantile,
        Values values
    )
    {
        var set = FiellerSet.Of(of.A, of.B, of.Covariance, quantile);
        values["ratio"] = set.Ratio;
        values["g"] = set.G;
        values["kind"] = set.Shape switch
        {
            FiellerShape.WholeLine => "whole line",
            FiellerShape.AtLeast => "at least",
            FiellerShape.AtMost => "at most",
            _ => set.Shape.ToString().ToLowerInvariant(),
        };
        (values["low"], values["high"]) = (set.Low, set.High);
        (values["delta_se"], values["delta_interval"]) = (null, null);
        if (set.Ratio is not { } ratio)
            return values;
        var error = FiellerSet.DeltaError(of.A, of.B, of.Covariance);
        values["delta_se"] = error;
        values["delta_interval"] = new[] { ratio - quantile * error, ratio + quantile * error };
        return values;
    }

    private static Values RecoveredFromMeans(JsonElement e)
    {
        var means = e.GetProperty("means");
        double[] of = [means.Number("after"), means.Number("before"), means.Number("teacher")];
        var rows = e.Table("covariance_after_before_teacher");
        var covariance = new double[3, 3];
        for (var i = 0; i < 9; i++)
            covariance[i / 3, i % 3] = rows[i / 3][i % 3];
        var (gained, gap) = (
            covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1],
            covariance[2, 2] + covariance[1, 1] - 2 * covariance[1, 2]
        );
        var shared = covariance[0, 2] - covariance[0, 1] - covariance[1, 2] + covariance[1, 1];
        var set = RecoveredGap.Of(of, covariance, Quantile(e));
        var values = Fieller(((of[0] - of[1], gained), (of[2] - of[1], gap), shared), Quantile(e), []);
        (values["ratio"], values["g"], values["low"], values["high"]) = (set.Ratio, set.G, set.Low, set.High);
        (values["var_numerator"], values["var_denominator"], values["covariance"]) = (gained, gap, shared);
        return values;
    }

    private static Values RecoveredFromTables(JsonElement e)
    {
        var (after, before, teacher) = (e.Table("after"), e.Table("before"), e.Numbers("teacher"));
        var gained = MeanInterval.Difference(after, before);
        var gap = MeanInterval.Difference([.. Enumerable.Repeat(teacher, before.Length)], before);
        // The mean products of two tables, from the mean squares of their sum and difference.
        double[] Products(IReadOnlyList<IReadOnlyList<double>> x, IReadOnlyList<IReadOnlyList<double>> y)
        {
            var negative = y.Select(row => (IReadOnlyList<double>)[.. row.Select(value => -value)]).ToArray();
            var (sum, difference) = (
                MeanSquares.Of(MeanInterval.Difference(x, negative)),
                MeanSquares.Of(MeanInterval.Difference(x, y))
            );
            return
            [
                (sum.Seeds - difference.Seeds) / 4,
                (sum.Items - difference.Items) / 4,
                (sum.Residual - difference.Residual) / 4,
            ];
        }

        var set = RecoveredGap.Of(after, before, teacher);
        var (numerator, denominator) = (MeanSquares.Of(gained).Mean, MeanSquares.Of(gap).Mean);
        var values = Fieller(((0, 0), (1, 0), 0), 1, []);
        (values["kind"], values["low"], values["high"]) = (
            set.Shape == FiellerShape.WholeLine ? "whole line" : set.Shape.ToString().ToLowerInvariant(),
            set.Low,
            set.High
        );
        (values["numerator"], values["denominator"], values["ratio"], values["g"]) = (
            numerator,
            denominator,
            set.Ratio,
            set.G
        );
        values["mean_products_numerator"] = Products(gained, gained);
        values["mean_products_denominator"] = Products(gap, gap);
        values["mean_products_covariance"] = Products(gained, gap);
        values["scaled_var_numerator"] = RecoveredGap.Scaled(gained, gained);
        values["scaled_var_denominator"] = RecoveredGap.Scaled(gap, gap);
        values["scaled_covariance"] = RecoveredGap.Scaled(gained, gap);
        return values;
    }

    private static Values Detectable(JsonElement e)
    {
        var (seeds, level, power) = (e.Whole("seeds"), e.Number("alpha"), e.Number("power"));
        var detectable = PairedPower.Detectable(seeds, level, power);
        return new Values
        {
            ["noncentrality"] = detectable * Math.Sqrt(seeds),
            ["detectable_over_sd"] = detectable,
            // Shown to be wrong at few seeds; Bench does not use it.
            ["normal_approximation"] =
                (Normal.InvCDF(0, 1, 1 - level / 2) + Normal.InvCDF(0, 1, power)) / Math.Sqrt(seeds),
        };
    }

    private static Values SeedsNeeded(JsonElement e)
    {
        var (sd, difference) = (e.Number("sd_of_differences"), e.Number("difference"));
        var seeds = PairedPower.SeedsNeeded(sd, difference)!.Value;
        return new Values
        {
            ["seeds"] = seeds,
            ["power_at_seeds"] = PairedPower.Of(seeds, difference / sd),
            ["power_at_one_fewer"] = seeds > 2 ? PairedPower.Of(seeds - 1, difference / sd) : null,
        };
    }

    private static Values Isotonic(JsonElement e)
    {
        var fit = new MonotoneFit(
            e.Numbers("cost"),
            e.Numbers("score"),
            e.Numbers("weight"),
            e.GetProperty("higher_is_better").GetBoolean()
        );
        return new Values
        {
            ["cost"] = fit.Costs,
            ["mean"] = fit.Means,
            ["weight"] = fit.Weights,
            ["fit"] = fit.Fitted,
            ["budgets_inside_rise"] = fit.InsideRise,
            ["targets"] = e.GetProperty("expected")
                .GetProperty("targets")
                .EnumerateArray()
                .Select(target =>
                {
                    var reached = fit.At(target.Number("target"));
                    return new Values
                    {
                        ["target"] = target.Number("target"),
                        ["kind"] =
                            reached.IsAtMost ? "at most"
                            : reached.Cost is null ? "more than"
                            : "reached",
                        ["cost"] = reached.Cost ?? reached.Below,
                        ["between"] = reached is { Below: { } below, From: { } from } ? new[] { below, from } : null,
                    };
                })
                .ToArray(),
        };
    }

    private static Values BreaksEven(JsonElement e)
    {
        var (teacher, distilled, alone) = (e.Number("teacher"), e.Number("distilled"), e.Number("alone"));
        return new Values
        {
            ["students"] = BreakEven.Students(teacher, distilled, alone),
            ["exact_students"] = distilled < alone ? teacher / (alone - distilled) : null,
            ["queries_one_student"] = BreakEven.Queries(
                teacher,
                distilled,
                alone,
                e.Number("per_query_distilled"),
                e.Number("per_query_alone")
            ),
        };
    }

    private static Values AverageAtN(JsonElement e)
    {
        var several = SeveralSamples.Of(e.Table("correct"));
        double Error(TermRule rule) => Math.Sqrt(rule.Terms[0].Variance);
        return new Values
        {
            ["mean"] = several.Mean,
            ["variance_of_problem_means"] = several.OfProblemMeans,
            ["within_variance"] = several.Within,
            ["between_variance"] = several.Between,
            ["se_problems_and_samples"] = Error(several.OverProblems),
            ["df"] = several.Problems - 1,
            ["interval"] = Plain(several.OverProblems),
            ["se_samples_only"] = several.OverSamples is { } rule ? Error(rule) : null,
            ["df_samples_only"] = several.Problems * (several.Samples - 1),
            ["interval_samples_only"] = several.OverSamples is { } samples ? Plain(samples) : null,
            ["share_of_variance_from_sampling"] = several.ShareOfSampling,
        };
    }

    private static Values Majority(JsonElement e)
    {
        var (answers, right, k) = (e.Wholes("answers"), e.Whole("right"), e.Whole("k"));
        return new Values
        {
            ["without_replacement"] = MajorityVote.Of(answers, right, k),
            ["without_replacement_tie_is_wrong"] = MajorityVote.Of(answers, right, k, MajorityVote.Tie.Wrong),
            // Absent where enumeration would have been too long; Bench needs none.
            ["with_replacement"] = e.Maybe("with_replacement") is null
                ? null
                : MajorityVote.Of(answers, right, k, replacement: true),
        };
    }

    private static Values Calibrated(JsonElement e)
    {
        var (confidence, correct) = (e.Numbers("confidence"), e.Numbers("correct"));
        var width = Calibration.ExpectedError(confidence, correct);
        return new Values
        {
            ["ece_10_equal_width"] = width,
            // The same in binary, where they agree.
            ["ece_10_equal_width_float64_bins"] = width,
            ["ece_5_equal_mass"] = Calibration.EqualMassError(confidence, correct),
            ["brier"] = Calibration.Brier(confidence, correct),
            ["auc"] = Calibration.AreaUnderCurve(confidence, correct),
        };
    }
}
