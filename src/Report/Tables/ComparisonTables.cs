using System.Globalization;
using System.Text;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Report.Style;

namespace Bench.Report.Tables;

/// <summary>
/// An experiment's comparison as text, CSV and LaTeX: every method at every budget with its interval and its cost, and
/// the declared differences with their p.
/// </summary>
public static class ComparisonTables
{
    /// <summary>Writes contrasts.csv, comparison.csv and targets.csv, and tables/comparison.txt and .tex.</summary>
    /// <returns>The comparison.</returns>
    public static ComparedResults Write(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        var compared = ComparedResults.Of(spec, results);
        folder.WriteTable("contrasts.csv", compared.Contrasts);
        folder.WriteTable("comparison.csv", compared.Methods);
        folder.WriteTable("targets.csv", Targets.Of(spec, results));
        if (compared.Methods.Count == 0)
            return compared;
        folder.WriteText($"{ResultsFolder.TablesName}/comparison.txt", Text(spec, compared));
        folder.WriteText($"{ResultsFolder.TablesName}/comparison.tex", Latex(spec, compared));
        return compared;
    }

    internal static string Text(ExperimentSpec spec, ComparedResults compared)
    {
        var text = new StringBuilder();
        foreach (var block in Blocks(compared.Methods))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Title(spec, block.Key)}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {"method", -26} {"mean [95% interval]", -24} {"", -6} FLOPs\n"
            );
            foreach (var row in block)
                text.Append(
                        string.Create(
                                CultureInfo.InvariantCulture,
                                $"  {Labels.Of(spec, row.Teacher, row.Method), -26} {Value(row), -24} {row.Group, -6} "
                                    + $"{row.FlopsTotal:0.0e0}{(row.Frontier ? " †" : "")}"
                            )
                            .TrimEnd()
                    )
                    .Append('\n');
            var contrasts = compared.At(block.Key.Task, block.Key.Student, block.Key.Budget);
            if (contrasts.Count > 0)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {"difference", -26} {"[95% interval]", -24} {"p", -6} recovered\n"
                );
            foreach (var contrast in contrasts)
                text.Append(Line(compared, contrast)).Append('\n');
            text.Append('\n');
        }

        foreach (var line in Footnotes(spec, compared))
            text.Append(TextWrap.Wrapped(line, 78).TrimEnd()).Append('\n');
        return text.ToString();
    }

    // Long names stand on a line of their own.
    private static string Line(ComparedResults compared, ContrastRow contrast)
    {
        const int wide = 26;
        var pair = ContrastText.Pair(contrast);
        if (pair.Length > wide)
            pair += $"\n  {"", wide}";
        return string.Create(
                CultureInfo.InvariantCulture,
                $"  {pair, -wide} {ContrastText.Difference(contrast), -24} {ContrastText.P(contrast.PHolm), -6} "
                    + $"{Recovered(compared, contrast)}"
            )
            .TrimEnd();
    }

    internal static string Latex(ExperimentSpec spec, ComparedResults compared)
    {
        var text = new StringBuilder("% needs \\usepackage{booktabs}\n");
        var notes = Escape(string.Join(' ', Footnotes(spec, compared)));
        foreach (var block in Blocks(compared.Methods))
        {
            text.Append("\\begin{table}\n\\centering\n\\begin{tabular}{llllll}\n\\toprule\n");
            Row([
                "method",
                Escape(block.First().Metric) + " [95\\% interval]",
                "difference",
                "$p$",
                "recovered",
                "FLOPs",
            ]);
            text.Append("\\midrule\n");
            foreach (var row in block)
                Row(Cells(spec, row));
            text.Append("\\bottomrule\n\\end{tabular}\n\\caption{")
                .Append(Escape(Title(spec, block.Key)))
                .Append(". ")
                .Append(notes)
                .Append("}\n\\end{table}\n\n");
        }

        void Row(string[] cells) => text.AppendJoin(" & ", cells).Append(" \\\\\n");

        return text.ToString();
    }

    private static string[] Cells(ExperimentSpec spec, ComparisonRow row) =>
        [
            Escape(Labels.Of(spec, row.Teacher, row.Method)),
            $"${Value(row).Replace("[", "\\,[", StringComparison.Ordinal)}^{{\\mathrm{{{row.Group}}}}}$",
            row.Difference is null
                ? ""
                : $"${ContrastText.Difference(row.Difference, row.DifferenceLow, row.DifferenceHigh, "")}$ on "
                    + Escape(row.Against),
            row.Difference is null ? "" : $"${ContrastText.P(row.PHolm)}$",
            Escape(Percent(row.RecoveredFromBefore, row.RecoveredFromBeforeLow, row.RecoveredFromBeforeHigh)),
            $"{Power(row.FlopsTotal)}{(row.Frontier ? "$^\\dagger$" : "")}",
        ];

    // The rules behind the numbers, with the family that Holm took.
    private static IEnumerable<string> Footnotes(ExperimentSpec spec, ComparedResults compared)
    {
        yield return "Intervals are 95%, over seeds and items by the two-term t rule (of one seed, over items).";
        var families = compared
            .Contrasts.Where(row =>
                row.PHolm is not null
                && spec.Tasks.Any(task => task.Name == row.Task && task.Task.Metrics[0].Name == row.Metric)
            )
            .Select(row => (row.Task, row.Metric, row.Primary, row.Tests))
            .Distinct()
            .ToArray();
        foreach (var family in families)
            yield return family.Primary
                ? $"p of the primary contrast ({family.Task}, {family.Metric}) is of the same rule, alone at the "
                    + "largest budget."
                : $"p ({family.Task}, {family.Metric}) is of the same rule, by Holm over {family.Tests} contrasts: "
                    + $"{(spec.Contrasts.Count > 0 ? "all that are declared" : "each method against its baseline")}, "
                    + "over students and budgets.";
        if (families.Length == 0)
            yield return $"No p: a contrast takes {Contrasts.LeastSeeds} seeds.";
        yield return compared.Methods.Any(row => row.Group.Length > 0)
            ? "Methods that share a letter do not differ at 0.05, by Holm over all pairs of a budget."
            : $"No letters: to compare all pairs takes {Comparison.SeedsForLetters} seeds of up to "
                + $"{Comparison.FewArms} methods, {Comparison.SeedsForManyLetters} of more or where seeds spread.";
        yield return "Recovered is the share of the gap from the student before training to its teacher.";
        yield return "A dagger marks what no method and budget beats at once in cost and in score.";
        var warnings = compared
            .Methods.Select(row => row.Warning)
            .Concat(compared.Contrasts.Select(row => row.Warning));
        if (ContrastText.Warned(warnings) is { Length: > 0 } warned)
            yield return $"{ContrastText.WarningMark}: {warned}";
    }

    private static IEnumerable<IGrouping<(string Task, string Student, double Budget), ComparisonRow>> Blocks(
        IReadOnlyList<ComparisonRow> rows
    ) => rows.GroupBy(row => (row.Task, row.Student, row.Budget));

    private static string Title(ExperimentSpec spec, (string Task, string Student, double Budget) block)
    {
        var budget = spec.Budgets.First(known => known.Amount == block.Budget);
        return $"{block.Task}, student {block.Student}, {budget.AmountText} {budget.Label}";
    }

    private static string Value(ComparisonRow row) =>
        row.CiLow is null
            ? row.Value.ToString("0.000", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{row.Value:0.000} [{row.CiLow:0.000}, {row.CiHigh:0.000}]")
                + (row.Warning.Length > 0 ? ContrastText.WarningMark : "");

    private static string Recovered(ComparedResults compared, ContrastRow contrast) =>
        compared.MethodOf(contrast) is { } row
            ? Percent(row.RecoveredFromBefore, row.RecoveredFromBeforeLow, row.RecoveredFromBeforeHigh)
            : "";

    private static string Percent(double? value, double? low, double? high) =>
        value is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Labels.Percent(value)}% [{Labels.Percent(low)}, {Labels.Percent(high)}]"
            );

    private static string Power(double? flops)
    {
        if (flops is not > 0)
            return "";
        var power = Math.Floor(Math.Log10(flops.Value));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"${flops / Math.Pow(10, power):0.0}\\cdot10^{{{power:0}}}$"
        );
    }

    internal static string Escape(string text) =>
        text.Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal)
            .Replace("&", "\\&", StringComparison.Ordinal)
            .Replace("#", "\\#", StringComparison.Ordinal);
}
