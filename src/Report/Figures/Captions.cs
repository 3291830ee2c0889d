using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;

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
        var replicates = HierarchicalBootstrap.Replicates;
        var commits = string.Join(
            ", ",
            results.Runs.Select(run => run.Commit + (run.Dirty ? " with changes" : "")).Distinct()
        );
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            **{spec.Question}**

            {what} Means over {units}; intervals are 95% percentile intervals of a hierarchical bootstrap over
            seeds and items ({replicates} replicates). Total compute adds up {spec.Boundary}.
            Commit {commits}.

            """
        );
        folder.WriteText($"{ResultsFolder.FiguresName}/{name}.md", text);
    }
}
