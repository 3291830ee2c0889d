using System.Globalization;
using Bench.Protocol.Budgets;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Figures;
using Bench.Report.Page;
using Bench.Report.Style;
using Bench.Report.Tables;

namespace Bench.Report;

/// <summary>
/// Draws every figure of an experiment from its CSV files, each with its caption beside it, and writes the tables that
/// compare its methods.
/// </summary>
public static class ExperimentReport
{
    /// <summary>Rebuilds figures/, tables/ and the derived tables of a results folder.</summary>
    /// <exception cref="LedgerException">The results cannot be read.</exception>
    /// <param name="spec">The experiment.</param>
    /// <param name="folder">Its results.</param>
    /// <param name="registered">A sentence on whether its contrasts were registered; empty for none.</param>
    public static void Write(ExperimentSpec spec, ResultsFolder folder, string registered = "")
    {
        var results = folder.Read().Summarised(spec);
        folder.WriteTable("summary.csv", results.Summary);
        folder.WriteTable(FlopsRow.File, FlopsRow.Of(spec, results));
        folder.RemoveFigures();
        foreach (var task in spec.Tasks)
        foreach (var metric in MetricsOf(spec, task))
        foreach (var student in spec.Students)
            DrawCurves(spec, folder, results, task, metric, student);
        var compared = ComparisonTables.Write(spec, folder, results);
        DetectionFigure.Draw(spec, folder, results);
        TaskFigure.Draw(spec, folder, results);
        BreakEvenFigure.Draw(spec, folder, results);
        ClaimFigure.Draw(spec, folder, results);
        LawFigure.Write(spec, folder, results);
        foreach (var student in spec.Students)
            CostFigure.Draw(
                spec,
                folder,
                results,
                student,
                "cost-by-kind" + (spec.Students.Count > 1 ? "-" + student.Name : "")
            );
        TimingTable.Write(folder);
        var uses = UseFigure.Write(spec, folder, results);
        folder.WriteText(HtmlPage.Name, HtmlPage.Of(spec, folder, results, compared, uses, registered));
    }

    private static IEnumerable<Metric> MetricsOf(ExperimentSpec spec, TaskSpec task) =>
        spec.Evaluation.MetricsOf(task.Task).Concat(spec.Evaluation.Confidence ? [Metric.CalibrationError] : []);

    // The figures of one task, metric and student.
    private static void DrawCurves(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        TaskSpec task,
        Metric metric,
        StudentSpec student
    )
    {
        var rows = results
            .Summary.Where(row => row.Task == task.Name && row.Metric == metric.Name && row.Student == student.Name)
            .ToArray();
        if (rows.All(row => row.Budget is null))
            return;
        var suffix =
            (spec.Tasks.Count > 1 ? "-" + task.Name : "") + (spec.Students.Count > 1 ? "-" + student.Name : "");
        if (metric.Probe == 0 || metric == Metric.WatermarkP(spec.Evaluation.Detection!.Probes[^1]))
            SweepFigure.Draw(spec, folder, results, task, metric, student, suffix);
        if (metric == task.Task.Metrics[0])
            TeacherFigure.Draw(spec, folder, results, task, metric, student, suffix);

        // A probe's sizes have a figure of their own, and one budget makes no curve.
        if (metric.Probe > 0)
            return;
        if (spec.Budgets.Count == 1)
            RankingFigure.Draw(spec, folder, results, rows, metric, $"{metric.Name}-by-method{suffix}");
        else
            DrawOverBudgets(spec, folder, results, rows, metric, suffix);
    }

    private static void DrawOverBudgets(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        IReadOnlyList<SummaryRow> rows,
        Metric metric,
        string suffix
    )
    {
        void Score(BudgetAxis axis, Func<SummaryRow, double?> x, string over) =>
            ScoreOver(spec, folder, results, rows, metric, axis, x, $"{metric.Name}-over-{over}{suffix}");

        // Budgets that are not compute have a figure of their own.
        if (spec.BudgetUnit.Axis is var own && own != BudgetAxis.Compute)
            Score(own, row => row.Budget, own.Name);
        // Every generation costs the same: its cost explains nothing.
        if (spec.BudgetUnit.IsChain)
            return;
        Score(BudgetAxis.Compute, row => row.FlopsTotal, "cost");
        Recovered(
            row => (row.RecoveredFromBefore, row.RecoveredFromBeforeLow, row.RecoveredFromBeforeHigh),
            "recovered-from-before",
            Labels.Before(spec.Students.First(student => student.Name == rows[0].Student))
        );
        Recovered(
            row =>
                row.Method == Summary.GapBaseline
                    ? (null, null, null)
                    : (row.RecoveredOverGold, row.RecoveredOverGoldLow, row.RecoveredOverGoldHigh),
            "recovered-over-gold",
            "gold answers, same compute"
        );

        void Recovered(Func<SummaryRow, (double? Value, double? Low, double? High)> share, string name, string baseline)
        {
            if (rows.Any(row => share(row).Value is not null))
                RecoveredOverBudget(spec, folder, results, rows, $"{name}{suffix}", share, baseline);
        }
    }

    private static void ScoreOver(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        IReadOnlyList<SummaryRow> rows,
        Metric metric,
        BudgetAxis axis,
        Func<SummaryRow, double?> x,
        string name
    )
    {
        var references = new List<CurveFigure.Reference>();
        foreach (
            var teacher in results.Summary.Where(row =>
                row.Method == Summary.Teacher && row.Task == rows[0].Task && row.Metric == metric.Name
            )
        )
            references.Add(
                new CurveFigure.Reference($"teacher {teacher.Teacher} {Fixed(teacher.Value)}", teacher.Value)
            );
        if (rows.FirstOrDefault(row => row.Budget is null) is { } untrained)
            references.Add(
                new CurveFigure.Reference(
                    $"{Labels.Before(spec.Students.First(student => student.Name == untrained.Student))} "
                        + $"{Fixed(untrained.Value)}",
                    untrained.Value
                )
            );
        var seeds = new SeedValues(results);
        // A distant server's FLOPs are not known, and have no place on an axis of cost.
        var curves = Curves(
            spec,
            rows.Where(row => row.Budget is not null && x(row) > 0),
            row => x(row)!.Value,
            row => seeds.Point(x(row)!.Value, row)
        );
        if (curves.Count == 0)
            return;
        new CurveFigure
        {
            X = new CurveFigure.Axis(axis.Label, axis.IsEven),
            Y = metric.Label,
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            References = references,
            Natural = metric.IsShare ? (0, 1) : null,
        }.Draw(folder, name);
        Captions.Write(
            folder,
            name,
            $"{Capitalised(metric.Label)} against {axis.Label.Replace(" (FLOPs)", "", StringComparison.Ordinal)}, "
                + $"one curve for each method of student {rows[0].Student}.",
            spec,
            rows,
            results
        );
    }

    private static void RecoveredOverBudget(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        IReadOnlyList<SummaryRow> rows,
        string name,
        Func<SummaryRow, (double? Value, double? Low, double? High)> share,
        string baseline
    )
    {
        var curves = Curves(
            spec,
            rows.Where(row => share(row).Value is not null),
            row => row.Budget!.Value,
            row => new(row.Budget!.Value, share(row).Value!.Value, share(row).Low, share(row).High)
        );
        new CurveFigure
        {
            X = $"budget ({spec.BudgetUnit.Label})",
            Y = "gap to the teacher recovered",
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            Tick = CurveFigure.Percent,
            Natural = (0, 1),
            References = [new CurveFigure.Reference("teacher", 1), new CurveFigure.Reference(baseline, 0)],
        }.Draw(folder, name);
        Captions.Write(
            folder,
            name,
            $"Share of the gap from {baseline} to the teacher that each method recovers, with Fieller's sets. A "
                + "missing point means that the gap's interval holds 0, or that the set is unbounded.",
            spec,
            rows,
            results
        );
    }

    private static Dictionary<string, CurveFigure.Point[]> Curves(
        ExperimentSpec spec,
        IEnumerable<SummaryRow> rows,
        Func<SummaryRow, double> order,
        Func<SummaryRow, CurveFigure.Point> point
    ) =>
        rows.Where(row => row.Budget is not null)
            .GroupBy(row => Labels.Of(spec, row.Teacher, row.Method))
            .ToDictionary(group => group.Key, group => group.OrderBy(order).Select(point).ToArray());

    private static string Fixed(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Capitalised(string text) => char.ToUpper(text[0], CultureInfo.InvariantCulture) + text[1..];
}
