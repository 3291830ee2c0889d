using Bench.Protocol.Budgets;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Scoring;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// summary.csv from the runs and their items: means over seeds with intervals over seeds and items, and the shares of
/// the gap to the teacher that were closed.
/// </summary>
public sealed class Summary
{
    /// <summary>The method whose score is the floor of the gap to the teacher at equal compute.</summary>
    public const string GapBaseline = MethodSpec.GoldAnswers;

    /// <summary>The budget unit under which that gap is defined.</summary>
    public static string EqualCompute { get; } = Catalogue<Budget>.NameOf(typeof(StudentFlops));

    /// <summary>The label of the teacher's own rows.</summary>
    public const string Teacher = "teacher";

    private readonly IReadOnlyList<ScoredArm> arms;
    private readonly Metric metric;
    private readonly TaskSpec task;
    private readonly Dictionary<string, IReadOnlyList<double>> teachers;
    private readonly ScoreTable scores;

    private Summary(IReadOnlyList<RunRow> runs, ScoreTable scores, TaskSpec task, Metric metric)
    {
        (this.task, this.metric, this.scores) = (task, metric, scores);
        arms = ScoredArm.Of(runs, scores, task.Name, metric.Name);
        teachers = runs.Where(run => run.Student.Length == 0)
            .Select(run => (run.Teacher, Own: scores.Find(run.Run, task.Name, metric.Name)))
            .Where(teacher => teacher.Own is not null)
            .ToDictionary(teacher => teacher.Teacher, teacher => teacher.Own!, StringComparer.Ordinal);
    }

    /// <summary>The rows of every task and metric: teachers first, then arms in the order of the ledger.</summary>
    public static IReadOnlyList<SummaryRow> Of(
        ExperimentSpec spec,
        IReadOnlyList<RunRow> runs,
        IReadOnlyList<ItemRow> items
    )
    {
        var scores = new ScoreTable(items);
        return
        [
            .. spec.Tasks.SelectMany(task =>
                spec.Evaluation.MetricsOf(task.Task)
                    .SelectMany(metric => new Summary(runs, scores, task, metric).Rows())
            ),
        ];
    }

    /// <summary>Runs that differ in nothing but their seed, in the order of the ledger.</summary>
    public static IEnumerable<IReadOnlyList<RunRow>> Arms(IEnumerable<RunRow> runs) =>
        runs.Where(run => run.Student.Length > 0 && run.Status == RunRow.Ok)
            .GroupBy(run => (run.Teacher, run.Student, run.Method, run.BudgetUnit, run.Budget))
            .Select(group => (IReadOnlyList<RunRow>)[.. group.OrderBy(run => run.Seed)]);

    private IEnumerable<SummaryRow> Rows()
    {
        foreach (var (name, own) in teachers)
            yield return Row(name, own);
        foreach (var arm in arms)
        {
            yield return Row(arm);
            if (metric == Metric.Confidence && task.Task.HasOneAnswer && Calibrated(arm) is { } calibration)
                yield return calibration;
        }
    }

    private SummaryRow Row(string teacher, IReadOnlyList<double> own)
    {
        var interval = MeanInterval.Of([own], metric.Range);
        return new SummaryRow(
            Teacher: teacher,
            Student: "",
            Method: Teacher,
            BudgetUnit: "",
            Budget: null,
            Task: task.Name,
            Metric: metric.Name,
            Seeds: 1,
            Items: own.Count,
            Value: interval.Value,
            CiLow: interval.Low,
            CiHigh: interval.High,
            IntervalMethod: interval.Method,
            Df: interval.DegreesOfFreedom,
            RecoveredFromBefore: null,
            RecoveredFromBeforeLow: null,
            RecoveredFromBeforeHigh: null,
            RecoveredOverGold: null,
            RecoveredOverGoldLow: null,
            RecoveredOverGoldHigh: null,
            GapNote: "",
            ShareOverChance: null,
            ShareOverChanceLow: null,
            ShareOverChanceHigh: null,
            FlopsTotal: null,
            Usd: null,
            UsdList: null,
            Warning: ""
        );
    }

    private SummaryRow Row(ScoredArm arm)
    {
        var interval = MeanInterval.Of(arm.Scores, metric.Range);
        var notes = new List<string>();
        FiellerSet? Share(string name, IReadOnlyList<IReadOnlyList<double>>? baseline)
        {
            var (set, note) = Recovered(arm, baseline);
            if (note.Length > 0)
                notes.Add($"{name}: {note}");
            return set;
        }

        var before = Share("from before", Baseline(arm, run => run.Budget is null));
        var gold =
            arm.First.BudgetUnit == EqualCompute && arm.First.Method != GapBaseline
                ? Share("over gold", Baseline(arm, run => run.Method == GapBaseline && run.Budget == arm.First.Budget))
                : null;
        var chance =
            task.Task.Chance is { } level && metric == Metric.Accuracy && arm.First.Budget is not null
                ? Share(
                    "over chance",
                    [.. arm.Scores.Select(row => (IReadOnlyList<double>)[.. row.Select(_ => level)])]
                )
                : null;
        var first = arm.First;
        return new SummaryRow(
            Teacher: first.Teacher,
            Student: first.Student,
            Method: first.Method,
            BudgetUnit: first.BudgetUnit,
            Budget: first.Budget,
            Task: task.Name,
            Metric: metric.Name,
            Seeds: arm.Runs.Count,
            Items: arm.Items,
            Value: interval.Value,
            CiLow: interval.Low,
            CiHigh: interval.High,
            IntervalMethod: interval.Method,
            Df: interval.DegreesOfFreedom,
            RecoveredFromBefore: before?.Ratio,
            RecoveredFromBeforeLow: before?.Low,
            RecoveredFromBeforeHigh: before?.High,
            RecoveredOverGold: gold?.Ratio,
            RecoveredOverGoldLow: gold?.Low,
            RecoveredOverGoldHigh: gold?.High,
            GapNote: string.Join("; ", notes),
            ShareOverChance: chance?.Ratio,
            ShareOverChanceLow: chance?.Low,
            ShareOverChanceHigh: chance?.High,
            FlopsTotal: arm.Runs.Average(run => run.FlopsTotal),
            Usd: arm.Runs.Average(run => run.Usd),
            UsdList: arm.Runs.Average(run => run.UsdList),
            Warning: metric.IsShare && SeedSpread.IsFar(arm.SeedMeans) ? SeedSpread.Warning : ""
        );
    }

    // The scores of the same student by another way with the same seeds; null where it lacks one of them.
    private IReadOnlyList<IReadOnlyList<double>>? Baseline(ScoredArm arm, Func<RunRow, bool> isBaseline)
    {
        if (arm.First.Budget is null)
            return null;
        var baseline = arms.FirstOrDefault(other =>
            other.First.Student == arm.First.Student
            && (other.First.Teacher == arm.First.Teacher || other.First.Teacher.Length == 0 || teachers.Count == 1)
            && isBaseline(other.First)
        );
        return
            baseline is not null
            && baseline != arm
            && arm.Paired(baseline) is { } pair
            && pair.This.Runs.Count == arm.Runs.Count
            ? pair.Other.Scores
            : null;
    }

    // Blank, with the reason, where the gap's interval holds 0, where the teacher is the worse of the two, and where
    // the set of the share has no two ends.
    private (FiellerSet? Set, string Note) Recovered(ScoredArm arm, IReadOnlyList<IReadOnlyList<double>>? baseline)
    {
        if (
            baseline is null
            || teachers.GetValueOrDefault(arm.First.Teacher) is not { } teacher
            || teacher.Count != arm.Items
        )
            return (null, "");
        var gap = MeanInterval.OfDifference([.. Enumerable.Repeat(teacher, baseline.Count)], baseline, metric.Range);
        if (gap.Contains(0))
            return (null, "the gap may be 0");
        if (gap.Value > 0 != metric.HigherIsBetter)
            return (null, "the teacher is worse");
        var set = RecoveredGap.Of(arm.Scores, baseline, teacher);
        return set.Shape == FiellerShape.Bounded ? (set, "") : (null, "unbounded");
    }

    // Expected calibration error of a run's own answers, over all its seeds.
    private SummaryRow? Calibrated(ScoredArm arm)
    {
        var grades = arm.Runs.Select(run => scores.Find(run.Run, task.Name, Metric.Accuracy.Name)).ToArray();
        if (grades.Any(row => row?.Count != arm.Items))
            return null;
        double Without(int seed, int item) =>
            Calibration.ExpectedError(Kept(arm.Scores, seed, item), Kept(grades!, seed, item));
        var rule = Jackknife.Of(arm.Runs.Count, arm.Items, Without);
        var (value, half) = (Without(-1, -1), rule?.HalfWidth());
        return Row(arm) with
        {
            Metric = Metric.CalibrationError.Name,
            Value = value,
            CiLow = half is null ? null : Math.Max(0, value - half.Value),
            CiHigh = half is null ? null : Math.Min(1, value + half.Value),
            IntervalMethod = half is null ? IntervalMethod.NoVariance : IntervalMethod.Jackknife,
            Df = null,
            RecoveredFromBefore = null,
            RecoveredFromBeforeLow = null,
            RecoveredFromBeforeHigh = null,
            RecoveredOverGold = null,
            RecoveredOverGoldLow = null,
            RecoveredOverGoldHigh = null,
            GapNote = "",
            ShareOverChance = null,
            ShareOverChanceLow = null,
            ShareOverChanceHigh = null,
            Warning = "",
        };
    }

    // All cells but those of one seed and one item.
    private static double[] Kept(IReadOnlyList<IReadOnlyList<double>> cells, int seed, int item) =>
        [.. cells.Where((_, s) => s != seed).SelectMany(row => row.Where((_, i) => i != item))];
}
