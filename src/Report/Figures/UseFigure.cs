using System.Globalization;
using System.Text;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// Capability over the cost of using the students, by format, and the table beside it: what using and what making each
/// takes.
/// </summary>
internal static class UseFigure
{
    /// <summary>
    /// Writes use-summary.csv, the figures and tables/use.txt from what was measured in use, if anything was.
    /// </summary>
    /// <returns>The summary.</returns>
    internal static IReadOnlyList<UseSummaryRow> Write(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        var (uses, rows) = (results.Uses, UseSummaryRow.Of(spec, results));
        if (rows.Count == 0)
            return rows;
        folder.WriteTable("use-summary.csv", rows);
        foreach (var task in spec.Tasks)
        {
            var suffix = spec.Tasks.Count > 1 ? "-" + task.Name : "";
            var metric = task.Task.Metrics[0];
            var mine = rows.Where(row => row.Task == task.Name).ToArray();
            var references = mine.Where(row => row.Student.Length == 0 && row.Format == mine[0].Format)
                .Select(row => new CurveFigure.Reference(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"teacher {row.Teacher} {row.Value:0.00} at {1000 / row.TokensPerSecond:0.000} s"
                    ),
                    row.Value
                ))
                .ToArray();
            var students = mine.Where(row => row.Student.Length > 0).ToArray();
            var several = students.Select(row => (row.Teacher, row.Method)).Distinct().Count() > 1;
            var curves = students
                .GroupBy(row => several ? $"{Labels.Of(spec, row.Teacher, row.Method)}, {row.Format}" : row.Format)
                .ToDictionary(
                    group => group.Key,
                    group =>
                        group
                            .OrderBy(row => row.ModelBytes)
                            .Select(row => new CurveFigure.Point(
                                1000 / row.TokensPerSecond,
                                row.Value,
                                row.CiLow,
                                row.CiHigh
                            ))
                            .ToArray()
                );
            var name = $"{metric.Name}-over-use{suffix}";
            new CurveFigure
            {
                X = "time of using it (s for 1,000 tokens, one response at a time)",
                Y = metric.Label,
                Curves = curves,
                Styles = MethodLook.Of(spec, curves.Keys),
                References = references,
                Natural = metric.IsShare ? (0, 1) : null,
            }.Draw(folder, name);
            folder.WriteText($"{ResultsFolder.FiguresName}/{name}.md", Caption(spec, metric, mine, uses));
        }

        folder.WriteText($"{ResultsFolder.TablesName}/use.txt", Text(spec, rows));
        return rows;
    }

    private static string Caption(
        ExperimentSpec spec,
        Metric metric,
        IReadOnlyList<UseSummaryRow> rows,
        IReadOnlyList<UseRow> uses
    )
    {
        var (seeds, items) = (rows.Max(row => row.Seeds), rows.Max(row => row.Items));
        var measured = $"{char.ToUpper(metric.Label[0], CultureInfo.InvariantCulture)}{metric.Label[1..]}";
        var processors = string.Join(" and, of others, of ", uses.Select(use => use.Processor).Distinct());
        var commits = string.Join(", ", uses.Select(use => use.Commit + (use.Dirty ? " with changes" : "")).Distinct());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"""
            **{spec.Question}**

            {measured} against the time of writing 1,000 tokens, one curve for each format in which a student is
            used; its points are the students, joined from the smallest to the largest. Means over {seeds} seeds and
            {items} held-out items; 95% intervals by the two-term t rule over seeds and items. Times are medians
            measured on one thread of {processors}: another processor has other curves.
            Commit {commits}.

            """
        );
    }

    private static string Text(ExperimentSpec spec, IReadOnlyList<UseSummaryRow> rows)
    {
        var text = new StringBuilder();
        foreach (var task in rows.GroupBy(row => row.Task))
        {
            text.Append(CultureInfo.InvariantCulture, $"{task.Key}: {task.First().Metric} [95% interval]\n");
            foreach (var model in task.GroupBy(row => (row.Teacher, row.Student, row.Method)))
            {
                var making = model.First();
                var flopsMaking = making.FlopsMaking is { } flops
                    ? string.Create(CultureInfo.InvariantCulture, $", made for {flops:0.0e0} FLOPs")
                    : "";
                var centsMaking = making.UsdMaking is { } dollars
                    ? string.Create(CultureInfo.InvariantCulture, $", {100 * dollars:0.0000} cents")
                    : "";
                text.Append(
                    model.Key.Student.Length == 0
                        ? $"\n{Labels.Of(spec, model.Key.Teacher, Summary.Teacher)} {model.Key.Teacher}\n"
                        : $"\n{model.Key.Student} {Labels.Of(spec, model.Key.Teacher, model.Key.Method)}"
                            + $"{flopsMaking}{centsMaking}\n"
                );
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {"format", -10}{"", -22}{"MB", 6}{"first ms", 9}{"tok/s", 7}{"x16", 7}{"peak MB", 8}"
                        + $"{"s/1000", 7}\n"
                );
                foreach (var row in model)
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $"  {row.Format, -10} {row.Value:0.000} [{row.CiLow:0.000}, "
                            + $"{row.CiHigh:0.000}]{row.ModelBytes / 1e6, 6:0.00}"
                            + $"{1000 * row.FirstTokenSeconds, 9:0.00}{row.TokensPerSecond, 7:0}"
                            + $"{row.TokensPerSecond16, 7:0}{row.PeakBytes / 1e6, 8:0}"
                            + $"{1000 / row.TokensPerSecond, 7:0.000}\n"
                    );
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
