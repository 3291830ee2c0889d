using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;
using Bench.Report.Tables;

namespace Bench.Report.Page;

/// <summary>What the script of the page draws from, as an object that serialises to it.</summary>
internal static class PageData
{
    /// <summary>Points of one learning curve: more are not seen.</summary>
    private const int CurvePoints = 40;

    private const int LongestSample = 1500;

    internal static object Of(
        ExperimentSpec spec,
        Results results,
        IReadOnlyList<ComparisonRow> compared,
        IReadOnlyList<UseSummaryRow> uses
    )
    {
        var index = results
            .Runs.Select((run, i) => (run.Run, i))
            .ToDictionary(pair => pair.Run, pair => pair.i, StringComparer.Ordinal);
        var (kinds, costs) = (Charge.Names.Keys.ToArray(), new RunCosts(spec, results));
        var boundaries = Boundaries(spec, results, costs);
        var axes = new PageAxes(spec, results, [.. boundaries.Select(entry => entry.Boundary)], costs);
        var labels = results
            .Runs.Where(run => run.Budget is not null)
            .Select(run => Labels.Of(spec, run.Teacher, run.Method))
            .Distinct()
            .ToArray();
        var looks = MethodLook.Of(spec, labels);
        return new
        {
            name = spec.Name,
            budgetLabel = spec.BudgetUnit.Label,
            gapBaseline = Summary.GapBaseline,
            axis = spec.BudgetUnit.Axis == BudgetAxis.Queries ? "queries" : "flops",
            students = spec.Students.Select(student => student.Name),
            tasks = spec.Tasks.Select(task => new
            {
                name = task.Name,
                metrics = MetricsOf(spec, task, results)
                    .Select(metric => new
                    {
                        name = metric.Name,
                        label = metric.Label,
                        higher = metric.HigherIsBetter,
                        share = metric.IsShare,
                    }),
            }),
            methods = labels.Select(
                (label, i) =>
                    new
                    {
                        name = label,
                        order = i,
                        color = looks[label].Hex,
                        marker = looks[label].MarkerName,
                        dashed = looks[label].IsDashed,
                    }
            ),
            kinds,
            kindColors = Enumerable.Range(0, kinds.Length).Select(MethodLook.HexOfKind),
            boundaries = boundaries.Select(entry => new
            {
                name = entry.Name,
                kinds = entry.Boundary.Kinds.Select(kind => Array.IndexOf(kinds, Charge.NameOf(kind))),
            }),
            runs = results.Runs.Select(run => new
            {
                run = run.Run,
                label = run.Budget is null ? "" : Labels.Of(spec, run.Teacher, run.Method),
                student = run.Student,
                budget = run.Budget,
                seed = run.Seed,
                status = run.Status,
                error = run.Error,
                flopsStudent = run.FlopsStudent,
                tokens = run.TokensTrained,
                queries = run.TeacherQueries,
                seconds = run.Seconds,
                attempts = run.Attempts,
                costs = boundaries.Select(entry =>
                    new[]
                    {
                        costs.Sum(run, entry.Boundary, row => row.Flops),
                        costs.Sum(run, entry.Boundary, row => row.Seconds),
                        costs.Sum(run, entry.Boundary, row => row.Usd),
                    }
                ),
            }),
            charges = results.Charges.Select(charge =>
                new object?[]
                {
                    index[charge.Run],
                    Array.IndexOf(kinds, charge.Kind),
                    charge.Flops,
                    charge.Seconds,
                    charge.Usd,
                }
            ),
            scores = results.Scores.Select(score =>
                new object?[] { index[score.Run], score.Task, score.Metric, Rounded(score.Value) }
            ),
            summary = results.Summary.Select(row => new
            {
                task = row.Task,
                metric = row.Metric,
                student = row.Student,
                teacher = row.Teacher,
                method = row.Method,
                label = Labels.Of(spec, row.Teacher, row.Method),
                budget = row.Budget,
                seeds = row.Seeds,
                items = row.Items,
                value = row.Value,
                low = row.CiLow,
                high = row.CiHigh,
                recovered = row.Recovered,
                recoveredLow = row.RecoveredLow,
                recoveredHigh = row.RecoveredHigh,
                flops = row.FlopsTotal,
                usd = row.Usd,
                at = axes.Of(row),
                unbeaten = axes.Unbeaten(row),
            }),
            comparison = compared.Select(row => new
            {
                task = row.Task,
                student = row.Student,
                budget = row.Budget,
                label = Labels.Of(spec, row.Teacher, row.Method),
                value = row.Value,
                low = row.CiLow,
                high = row.CiHigh,
                group = row.Group,
                pBest = row.PBest,
                pMcnemar = row.PMcnemar,
                frontier = row.Frontier,
            }),
            curves = results
                .Curves.GroupBy(row => row.Run)
                .Select(group =>
                    new object[]
                    {
                        index[group.Key],
                        Thinned([.. group]).Select(row => new[] { row.Step, Rounded(row.Loss) }),
                    }
                ),
            samples = results.Samples.Select(row =>
                new object[]
                {
                    index[row.Run],
                    row.Task,
                    row.Item,
                    Cut(row.Prompt),
                    Cut(row.Reference),
                    Cut(row.Response),
                    row.Score,
                }
            ),
            uses = uses.Select(row => new
            {
                task = row.Task,
                model = row.Student.Length > 0
                    ? $"{row.Student} {Labels.Of(spec, row.Teacher, row.Method)}"
                    : $"teacher {row.Teacher}",
                format = row.Format,
                metric = row.Metric,
                value = row.Value,
                low = row.CiLow,
                high = row.CiHigh,
                bytes = row.ModelBytes,
                first = row.FirstTokenSeconds,
                rate = row.TokensPerSecond,
                rate16 = row.TokensPerSecond16,
                peak = row.PeakBytes,
                joules = row.JoulesPer1000Tokens,
                making = row.FlopsMaking,
                usd = row.UsdMaking,
            }),
            latex = ComparisonTables.Latex(spec, compared),
        };
    }

    private static IEnumerable<Metric> MetricsOf(ExperimentSpec spec, TaskSpec task, Results results) =>
        spec
            .Evaluation.MetricsOf(task.Task)
            .Where(metric => results.Summary.Any(row => row.Task == task.Name && row.Metric == metric.Name))
            .DefaultIfEmpty(task.Task.Metrics[0]);

    // The declared one, and those that readers ask about; two that are the same are one, and one whose costs nobody
    // knows is none.
    private static IReadOnlyList<(string Name, Boundary Boundary)> Boundaries(
        ExperimentSpec spec,
        Results results,
        RunCosts costs
    )
    {
        (string Name, Boundary Boundary)[] all =
        [
            ("as declared", spec.Boundary),
            ("student's training alone", Boundary.StudentAlone),
            ("with the teacher's use", Boundary.WithUse),
            ("with the teacher's training", Boundary.WithTraining),
            ("everything", Boundary.Everything),
        ];
        var present = results.Charges.Select(charge => charge.Kind).ToHashSet(StringComparer.Ordinal);
        string Counted(Boundary boundary) =>
            string.Join(
                ' ',
                boundary.Kinds.Select(Charge.NameOf).Where(present.Contains).Order(StringComparer.Ordinal)
            );
        bool IsKnown(Boundary boundary) =>
            boundary == spec.Boundary
            || results.Runs.Any(run => run.Budget is not null && costs.Flops(run, boundary) is not null);
        return [.. all.Where(entry => IsKnown(entry.Boundary)).DistinctBy(entry => Counted(entry.Boundary))];
    }

    private static IEnumerable<CurveRow> Thinned(CurveRow[] rows) =>
        rows.Where((_, i) => i % (1 + rows.Length / CurvePoints) == 0 || i == rows.Length - 1);

    private static double Rounded(double value) =>
        value == 0 ? 0 : Math.Round(value, Math.Clamp(5 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 15));

    private static string Cut(string text) =>
        text.Length <= LongestSample ? text : $"{text[..LongestSample]} … ({text.Length} characters)";
}
