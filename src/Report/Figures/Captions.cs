using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// The caption beside a figure: what is plotted, how many seeds and items, which interval, which cost boundary, which
/// commit.
/// </summary>
internal static class Captions
{
    internal static void Write(
        ResultsFolder folder,
        string name,
        string what,
        ExperimentSpec spec,
        IReadOnlyList<SummaryRow> rows,
        Results results
    )
    {
        var (seeds, items) = (rows.Max(row => row.Seeds), rows.Max(row => row.Items));
        var units = items > 1 ? $"{seeds} seeds and {items} held-out items" : $"{seeds} seeds";
        var commits = string.Join(
            ", ",
            results.Runs.Select(run => run.Commit + (run.Dirty ? " with changes" : "")).Distinct()
        );
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            **{spec.Question}**

            {what} Means over {units}; 95% intervals: {Rules(rows)}. Total compute adds up {spec.Boundary}.{Warned(
                rows
            )}
            Commit {commits}.

            """
        );
        folder.WriteText($"{ResultsFolder.FiguresName}/{name}.md", text);
    }

    // The rules of the intervals, in words.
    private static string Rules(IReadOnlyList<SummaryRow> rows)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [IntervalMethod.TwoTerm] = "two-term t over seeds and items",
            [IntervalMethod.Items] = "t over the items of one seed",
            [IntervalMethod.Seeds] = "t over seeds",
            [IntervalMethod.ClopperPearson] = "Clopper and Pearson's where all are right or all wrong",
            [IntervalMethod.Jackknife] = "jackknife over seeds and items",
            [IntervalMethod.NoVariance] = "none where nothing varies",
        };
        var wilson = $"-{IntervalMethod.Wilson}";
        return string.Join(
            "; ",
            rows.Select(row => row.IntervalMethod)
                .Where(method => method.Length > 0)
                .Distinct()
                .Order(StringComparer.Ordinal)
                .Select(method =>
                    method.EndsWith(wilson, StringComparison.Ordinal)
                        ? $"{known[method[..^wilson.Length]]}, in Wilson's form"
                        : known[method]
                )
        );
    }

    private static string Warned(IReadOnlyList<SummaryRow> rows) =>
        ContrastText.Warned(rows.Select(row => row.Warning)) is { Length: > 0 } warned ? $" {warned}" : "";
}
