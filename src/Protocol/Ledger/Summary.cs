using Bench.Protocol.Specs;
using Bench.Protocol.Statistics;

namespace Bench.Protocol.Ledger;

/// <summary>summary.csv from the runs and their items: means over seeds with intervals over seeds and items, and the gap recovered.</summary>
public static class Summary
{
    /// <summary>The method whose accuracy is the floor of the gap to the teacher.</summary>
    public const string GapBaseline = "gold-answers";

    /// <summary>The budget unit under which that gap is defined.</summary>
    public static string EqualCompute { get; } = new Budget(BudgetUnit.StudentFlops, 1).UnitName;

    /// <summary>The label of the teacher's own rows.</summary>
    public const string Teacher = "teacher";

    internal static IReadOnlyList<SummaryRow> Of(ExperimentSpec spec, IReadOnlyList<RunRow> runs, IReadOnlyList<ItemRow> items)
    {
        var scores = new ScoreTable(items);
        var rows = new List<SummaryRow>();
        foreach (var (task, metric) in spec.Tasks.SelectMany(task => task.Task.Metrics.Select(metric => (task.Name, metric.Name))))
        {
            var teacher = scores.Find(Teacher, task, metric);
            if (teacher is not null)
            {
                var interval = new HierarchicalBootstrap(1, teacher.Count).Mean([teacher]);
                rows.Add(new SummaryRow(spec.Teacher.Name, "", Teacher, "", null, task, metric, 1, teacher.Count,
                    interval.Value, interval.Low, interval.High, null, null, null, null, null));
            }

            foreach (var arm in Arms(runs))
            {
                if (Row(spec, arm, task, metric, scores, teacher, Matching(runs, arm)) is { } row) rows.Add(row);
            }
        }

        return rows;
    }

    /// <summary>Runs that differ in nothing but their seed, in the order of the ledger.</summary>
    public static IEnumerable<IReadOnlyList<RunRow>> Arms(IEnumerable<RunRow> runs) => runs
        .Where(run => run.Student.Length > 0 && run.Status == "ok")
        .GroupBy(run => (run.Student, run.Method, run.BudgetUnit, run.Budget))
        .Select(group => (IReadOnlyList<RunRow>)[.. group.OrderBy(run => run.Seed)]);

    private static SummaryRow? Row(
        ExperimentSpec spec, IReadOnlyList<RunRow> arm, string task, string metric, ScoreTable scores, IReadOnlyList<double>? teacher, IReadOnlyList<RunRow> baseline)
    {
        var reached = arm.Select(run => scores.Find(run.Run, task, metric)).ToArray();
        if (reached.Any(row => row is null || row.Count != reached[0]!.Count)) return null;
        var bootstrap = new HierarchicalBootstrap(arm.Count, reached[0]!.Count);
        var value = bootstrap.Mean(reached!);
        var floor = baseline.Select(run => scores.Find(run.Run, task, metric)).ToArray();
        // The gap is defined at equal student FLOPs, on the same items.
        var comparable = teacher?.Count == reached[0]!.Count && arm[0].BudgetUnit == EqualCompute && floor.Length == arm.Count && floor.All(row => row?.Count == reached[0]!.Count);
        var recovered = !comparable
            ? null
            : bootstrap.Recovered(teacher!, floor!, reached!);
        var first = arm[0];
        return new SummaryRow(
            first.Teacher, first.Student, first.Method, first.BudgetUnit, first.Budget, task, metric, arm.Count, reached[0]!.Count,
            value.Value, value.Low, value.High, recovered?.Value, recovered?.Low, recovered?.High,
            arm.Average(run => run.FlopsTotal), arm.Average(run => run.Usd));
    }

    // The same student on gold answers under the same budget with the same seeds.
    private static IReadOnlyList<RunRow> Matching(IReadOnlyList<RunRow> runs, IReadOnlyList<RunRow> arm) =>
        [.. arm.SelectMany(run => runs.Where(other => other.Method == GapBaseline && other.Status == "ok" && other.Student == run.Student
            && other.BudgetUnit == run.BudgetUnit && other.Budget == run.Budget && other.Seed == run.Seed))];
}
