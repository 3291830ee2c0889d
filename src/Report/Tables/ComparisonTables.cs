using System.Globalization;
using System.Text;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Report.Style;

namespace Bench.Report.Tables;

/// <summary>
/// An experiment's comparison as text, CSV and LaTeX: every method at every budget with its interval, its cost, and a
/// letter for each group that does not differ.
/// </summary>
public static class ComparisonTables
{
    private static readonly string[] Footnote =
    [
        "Methods that share a letter do not differ at 0.05 by the paired permutation test",
        "over items or by the bootstrap over seeds and items, each Holm-adjusted. A",
        "dagger marks what no method and budget beats at once in cost and in score.",
    ];

    /// <summary>Writes comparison.csv and targets.csv, and tables/comparison.txt and .tex.</summary>
    /// <returns>The comparison.</returns>
    public static IReadOnlyList<ComparisonRow> Write(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        var rows = Comparison.Of(spec, results);
        folder.WriteTable("comparison.csv", rows);
        folder.WriteTable("targets.csv", Targets.Of(spec, results));
        if (rows.Count == 0)
            return rows;
        folder.WriteText($"{ResultsFolder.TablesName}/comparison.txt", Text(spec, rows));
        folder.WriteText($"{ResultsFolder.TablesName}/comparison.tex", Latex(spec, rows));
        return rows;
    }

    internal static string Text(ExperimentSpec spec, IReadOnlyList<ComparisonRow> rows)
    {
        var text = new StringBuilder();
        var letters = Math.Max(4, rows.Max(row => row.Group.Length));
        foreach (var block in Blocks(rows))
        {
            text.Append(CultureInfo.InvariantCulture, $"{Title(spec, block.Key)}\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {"method", -21} {"mean [95% interval]", -24} {"".PadRight(letters)} {"gap recovered", -18} FLOPs\n"
            );
            foreach (var row in Sorted(block))
            {
                text.Append(
                        string.Create(
                                CultureInfo.InvariantCulture,
                                $"  {Labels.Of(spec, row.Teacher, row.Method), -21} {Value(row), -24} "
                                    + $"{row.Group.PadRight(letters)} {Recovered(row), -18} "
                                    + $"{row.FlopsTotal:0.0e0}{(row.Frontier ? " †" : "")}"
                            )
                            .TrimEnd()
                    )
                    .Append('\n');
            }

            text.Append('\n');
        }

        return text.AppendJoin('\n', Footnote).Append('\n').ToString();
    }

    internal static string Latex(ExperimentSpec spec, IReadOnlyList<ComparisonRow> rows)
    {
        var text = new StringBuilder("% needs \\usepackage{booktabs}\n");
        foreach (var block in Blocks(rows))
        {
            text.Append("\\begin{table}\n\\centering\n\\begin{tabular}{llll}\n\\toprule\n");
            text.Append(
                CultureInfo.InvariantCulture,
                $"method & {Escape(block.First().Metric)} [95\\% interval] & gap recovered & FLOPs \\\\\n\\midrule\n"
            );
            foreach (var row in Sorted(block))
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{Escape(Labels.Of(spec, row.Teacher, row.Method))} & "
                        + $"${Value(row).Replace("[", "\\,[", StringComparison.Ordinal)}^{{\\mathrm{{{row.Group}}}}}$"
                        + $" & {Escape(Recovered(row))} & "
                        + $"{Power(row.FlopsTotal)}{(row.Frontier ? "$^\\dagger$" : "")} \\\\\n"
                );
            }

            text.Append(
                CultureInfo.InvariantCulture,
                $"\\bottomrule\n\\end{{tabular}}\n\\caption{{{Escape(Title(spec, block.Key))}. "
                    + $"{Escape(string.Join(' ', Footnote))}}}\n\\end{{table}}\n\n"
            );
        }

        return text.ToString();
    }

    private static IEnumerable<IGrouping<(string Task, string Student, double Budget), ComparisonRow>> Blocks(
        IReadOnlyList<ComparisonRow> rows
    ) => rows.GroupBy(row => (row.Task, row.Student, row.Budget));

    // By the gap recovered where there is one for each; else by the score, best first.
    private static IEnumerable<ComparisonRow> Sorted(IEnumerable<ComparisonRow> block) =>
        block.All(row => row.Recovered is not null) ? block.OrderByDescending(row => row.Recovered) : block;

    private static string Title(ExperimentSpec spec, (string Task, string Student, double Budget) block)
    {
        var budget = spec.Budgets.First(known => known.Amount == block.Budget);
        return $"{block.Task}, student {block.Student}, {budget.AmountText} {budget.Label}";
    }

    private static string Value(ComparisonRow row) =>
        row.CiLow is null
            ? row.Value.ToString("0.000", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{row.Value:0.000} [{row.CiLow:0.000}, {row.CiHigh:0.000}]");

    private static string Recovered(ComparisonRow row) =>
        row.Recovered is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Labels.Percent(row.Recovered)}% [{Labels.Percent(row.RecoveredLow)}, "
                    + $"{Labels.Percent(row.RecoveredHigh)}]"
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
