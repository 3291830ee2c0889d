using Bench.Protocol.Budgets;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;
using Bench.Report.Tables;

namespace Bench.Report.Page;

/// <summary>An experiment's results as the object that the page's scripts draw from.</summary>
internal sealed class PageData
{
    /// <summary>Points of one learning curve: more are not seen.</summary>
    private const int CurvePoints = 40;

    private const int LongestSample = 1500;

    private readonly ExperimentSpec spec;
    private readonly Results results;
    private readonly Dictionary<string, int> index;
    private readonly string[] kinds = [.. Charge.Names.Keys];
    private readonly RunCosts costs;
    private readonly IReadOnlyList<(string Name, Boundary Boundary)> boundaries;
    private readonly PageAxes axes;

    private PageData(ExperimentSpec spec, Results results)
    {
        (this.spec, this.results, costs) = (spec, results, new RunCosts(spec, results));
        index = results
            .Runs.Select((run, i) => (run.Run, i))
            .ToDictionary(pair => pair.Run, pair => pair.i, StringComparer.Ordinal);
        boundaries = Boundaries(spec, results, costs);
        axes = new PageAxes(spec, results, [.. boundaries.Select(entry => entry.Boundary)], costs);
    }

    /// <summary>All that the page shows; it is serialised to JSON.</summary>
    internal static object Of(
        ExperimentSpec spec,
        Results results,
        ComparedResults compared,
        IReadOnlyList<UseSummaryRow> uses
    )
    {
        var data = new PageData(spec, results);
        return new
        {
            name = spec.Name,
            budgetLabel = spec.BudgetUnit.Label,
            gapBaseline = Summary.GapBaseline,
            axis = spec.BudgetUnit.Axis == BudgetAxis.Queries ? "queries" : "flops",
            students = spec.Students.Select(student => student.Name),
            tasks = data.Tasks(),
            methods = data.Methods(),
            data.kinds,
            kindColors = Enumerable.Range(0, data.kinds.Length).Select(MethodLook.HexOfKind),
            boundaries = data.boundaries.Select(entry => new
            {
                name = entry.Name,
                kinds = entry.Boundary.Kinds.Select(kind => Array.IndexOf(data.kinds, Charge.NameOf(kind))),
            }),
            runs = results.Runs.Select(data.Run),
            charges = results.Charges.Select(data.Charged),
            scores = results.Scores.Select(score =>
                new object?[] { data.index[score.Run], score.Task, score.Metric, Rounded(score.Value) }
            ),
            summary = results.Summary.Select(data.Summed),
            comparison = compared.Methods.Select(data.Compared),
            contrasts = compared.Contrasts.Select(Contrasted),
            curves = data.Curves(),
            samples = results.Samples.Select(data.Sample),
            uses = uses.Select(data.Use),
            latex = ComparisonTables.Latex(spec, compared),
        };
    }

    private IEnumerable<object> Tasks() =>
        spec.Tasks.Select(task => new
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
        });

    private IEnumerable<object> Methods()
    {
        var labels = results
            .Runs.Where(run => run.Budget is not null)
            .Select(run => Labels.Of(spec, run.Teacher, run.Method))
            .Distinct()
            .ToArray();
        var looks = MethodLook.Of(spec, labels);
        return labels.Select(
            (label, i) =>
                new
                {
                    name = label,
                    order = i,
                    color = looks[label].Hex,
                    marker = looks[label].MarkerName,
                    dashed = looks[label].IsDashed,
                }
        );
    }

    private object Run(RunRow run) =>
        new
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
        };

    private object Charged(ChargeRow charge) =>
        new object?[]
        {
            index[charge.Run],
            Array.IndexOf(kinds, charge.Kind),
            charge.Flops,
            charge.Seconds,
            charge.Usd,
        };

    private object Summed(SummaryRow row) =>
        new
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
            rule = row.IntervalMethod,
            before = new[] { row.RecoveredFromBefore, row.RecoveredFromBeforeLow, row.RecoveredFromBeforeHigh },
            gold = new[] { row.RecoveredOverGold, row.RecoveredOverGoldLow, row.RecoveredOverGoldHigh },
            chance = new[] { row.ShareOverChance, row.ShareOverChanceLow, row.ShareOverChanceHigh },
            warning = row.Warning,
            gapNote = row.GapNote,
            flops = row.FlopsTotal,
            usd = row.Usd,
            usdList = row.UsdList,
            at = axes.Of(row),
            unbeaten = axes.Unbeaten(row),
        };

    private object Compared(ComparisonRow row) =>
        new
        {
            task = row.Task,
            student = row.Student,
            budget = row.Budget,
            label = Labels.Of(spec, row.Teacher, row.Method),
            value = row.Value,
            low = row.CiLow,
            high = row.CiHigh,
            group = row.Group,
            frontier = row.Frontier,
            warning = row.Warning,
        };

    private static object Contrasted(ContrastRow row) =>
        new
        {
            task = row.Task,
            metric = row.Metric,
            student = row.Student,
            budget = row.Budget,
            of = row.Of,
            against = row.Against,
            primary = row.Primary,
            seeds = row.Seeds,
            value = row.Difference,
            low = row.CiLow,
            high = row.CiHigh,
            p = row.P,
            pHolm = row.PHolm,
            tests = row.Tests,
            pSignFlip = row.PSignFlip,
            pMcnemar = row.PMcnemar,
            mcnemarSeed = row.McnemarSeed,
            detectable = row.Detectable,
            warning = row.Warning,
        };

    private IEnumerable<object> Curves() =>
        results
            .Curves.GroupBy(row => row.Run)
            .Select(group =>
                new object[]
                {
                    index[group.Key],
                    Thinned([.. group]).Select(row => new[] { row.Step, Rounded(row.Loss) }),
                }
            );

    private object Sample(SampleRow row) =>
        new object[]
        {
            index[row.Run],
            row.Task,
            row.Item,
            Cut(row.Prompt),
            Cut(row.Reference),
            Cut(row.Response),
            row.Score,
        };

    private object Use(UseSummaryRow row) =>
        new
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
            making = row.FlopsMaking,
            usd = row.UsdMaking,
        };

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
