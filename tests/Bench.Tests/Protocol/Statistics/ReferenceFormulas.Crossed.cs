using System.Text.Json;
using Bench.Protocol.Statistics.Intervals;
using Values = System.Collections.Generic.Dictionary<string, object?>;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>Intervals of crossed scores.</summary>
internal static partial class ReferenceFormulas
{
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
                                .Select(seed =>
                                    (double[])[.. seed.EnumerateArray().Select(score => score.GetDouble())]
                                ),
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
                    (product, f) =>
                        product
                        * (
                            (
                                f == 'T' ? table.Teachers
                                : f == 'S' ? table.Seeds
                                : table.Items
                            ) - 1
                        )
                )
        );
        var cells = (double)table.Teachers * table.Seeds * table.Items;
        Rivals.Combined Only(string factor) => Rivals.Combined.Of((1 / cells, table.Squares[factor], freedom[factor]));
        Rivals.Combined Weighted(Func<string, double> coefficient) =>
            Rivals.Combined.Of([
                .. table.Squares.Keys.Select(factor => (coefficient(factor), table.Squares[factor], freedom[factor])),
            ]);
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
            ["half_wider"] = Math.Max(left.HalfWidth(), Math.Max(Only("T").HalfWidth(), Only("S").HalfWidth())),
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
