using Bench.Protocol.Budgets;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Scoring;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// summary.csv from the runs and their items: means over seeds with intervals over seeds and items, and the gap
/// recovered.
/// </summary>
public static class Summary
{
    /// <summary>The method whose accuracy is the floor of the gap to the teacher.</summary>
    public const string GapBaseline = "gold-answers";

    /// <summary>The budget unit under which that gap is defined.</summary>
    public static string EqualCompute { get; } = Catalogue<Budget>.NameOf(typeof(StudentFlops));

    /// <summary>The label of the teacher's own rows.</summary>
    public const string Teacher = "teacher";

    internal static IReadOnlyList<SummaryRow> Of(
        ExperimentSpec spec,
        IReadOnlyList<RunRow> runs,
        IReadOnlyList<ItemRow> items
    )
    {
        var scores = new ScoreTable(items);
        var rows = new List<SummaryRow>();
        foreach (
            var (task, metric, calibrated) in spec.Tasks.SelectMany(task =>
                spec.Evaluation.MetricsOf(task.Task).Select(metric => (task.Name, metric, task.Task.HasOneAnswer))
            )
        )
        {
            var teachers = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);
            foreach (var run in runs.Where(run => run.Student.Length == 0))
            {
                if (scores.Find(run.Run, task, metric.Name) is not { } own)
                    continue;
                teachers[run.Teacher] = own;
                var interval = new HierarchicalBootstrap(1, own.Count).Mean([own]);
                rows.Add(
                    new SummaryRow(
                        Teacher: run.Teacher,
                        Student: "",
                        Method: Teacher,
                        BudgetUnit: "",
                        Budget: null,
                        Task: task,
                        Metric: metric.Name,
                        Seeds: 1,
                        Items: own.Count,
                        Value: interval.Value,
                        CiLow: interval.Low,
                        CiHigh: interval.High,
                        Recovered: null,
                        RecoveredLow: null,
                        RecoveredHigh: null,
                        FlopsTotal: null,
                        Usd: null
                    )
                );
            }

            foreach (var arm in Arms(runs))
            {
                if (
                    Row(arm, task, metric, scores, teachers.GetValueOrDefault(arm[0].Teacher), Matching(runs, arm)) is
                    { } row
                )
                    rows.Add(row);
                if (metric == Metric.Confidence && calibrated && Calibration(arm, task, scores) is { } calibration)
                    rows.Add(calibration);
            }
        }

        return rows;
    }

    /// <summary>Runs that differ in nothing but their seed, in the order of the ledger.</summary>
    public static IEnumerable<IReadOnlyList<RunRow>> Arms(IEnumerable<RunRow> runs) =>
        runs.Where(run => run.Student.Length > 0 && run.Status == "ok")
            .GroupBy(run => (run.Teacher, run.Student, run.Method, run.BudgetUnit, run.Budget))
            .Select(group => (IReadOnlyList<RunRow>)[.. group.OrderBy(run => run.Seed)]);

    private static SummaryRow? Row(
        IReadOnlyList<RunRow> arm,
        string task,
        Metric metric,
        ScoreTable scores,
        IReadOnlyList<double>? teacher,
        IReadOnlyList<RunRow> baseline
    )
    {
        var reached = arm.Select(run => scores.Find(run.Run, task, metric.Name)).ToArray();
        if (reached.Any(row => row is null || row.Count != reached[0]!.Count))
            return null;
        var bootstrap = new HierarchicalBootstrap(arm.Count, reached[0]!.Count);
        var value = bootstrap.Mean(reached!);
        var floor = baseline.Select(run => scores.Find(run.Run, task, metric.Name)).ToArray();
        // The gap is defined at equal student FLOPs, on the same items.
        var comparable =
            teacher?.Count == reached[0]!.Count
            && arm[0].BudgetUnit == EqualCompute
            && floor.Length == arm.Count
            && floor.All(row => row?.Count == reached[0]!.Count);
        var recovered = !comparable ? null : bootstrap.Recovered(teacher!, floor!, reached!, metric.HigherIsBetter);
        var first = arm[0];
        return new SummaryRow(
            Teacher: first.Teacher,
            Student: first.Student,
            Method: first.Method,
            BudgetUnit: first.BudgetUnit,
            Budget: first.Budget,
            Task: task,
            Metric: metric.Name,
            Seeds: arm.Count,
            Items: reached[0]!.Count,
            Value: value.Value,
            CiLow: value.Low,
            CiHigh: value.High,
            Recovered: recovered?.Value,
            RecoveredLow: recovered?.Low,
            RecoveredHigh: recovered?.High,
            FlopsTotal: arm.Average(run => run.FlopsTotal),
            Usd: arm.Average(run => run.Usd)
        );
    }

    // Expected calibration error of a run's own answers, over all its seeds.
    private static SummaryRow? Calibration(IReadOnlyList<RunRow> arm, string task, ScoreTable scores)
    {
        var (confidences, grades) = (
            arm.Select(run => scores.Find(run.Run, task, Metric.Confidence.Name)).ToArray(),
            arm.Select(run => scores.Find(run.Run, task, Metric.Accuracy.Name)).ToArray()
        );
        if (confidences.Any(row => row is null) || grades.Any(row => row is null))
            return null;
        var error = new HierarchicalBootstrap(arm.Count, confidences[0]!.Count).Of(draw =>
            ExpectedCalibrationError.Of(draw(confidences!), draw(grades!))
        );
        var first = arm[0];
        return new SummaryRow(
            Teacher: first.Teacher,
            Student: first.Student,
            Method: first.Method,
            BudgetUnit: first.BudgetUnit,
            Budget: first.Budget,
            Task: task,
            Metric: ExpectedCalibrationError.Metric,
            Seeds: arm.Count,
            Items: confidences[0]!.Count,
            Value: error.Value,
            CiLow: error.Low,
            CiHigh: error.High,
            Recovered: null,
            RecoveredLow: null,
            RecoveredHigh: null,
            FlopsTotal: arm.Average(run => run.FlopsTotal),
            Usd: arm.Average(run => run.Usd)
        );
    }

    // The same student on gold answers under the same budget with the same seeds.
    private static IReadOnlyList<RunRow> Matching(IReadOnlyList<RunRow> runs, IReadOnlyList<RunRow> arm) =>
        [
            .. arm.SelectMany(run =>
                runs.Where(other =>
                    other.Method == GapBaseline
                    && other.Status == "ok"
                    && other.Student == run.Student
                    && other.BudgetUnit == run.BudgetUnit
                    && other.Budget == run.Budget
                    && other.Seed == run.Seed
                )
            ),
        ];
}
