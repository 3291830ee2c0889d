using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The cost of reaching shares of a teacher's score, inside the experiment's boundary and inside three others, and how
/// many students repay what the teacher did.
/// </summary>
public static class Targets
{
    /// <summary>The boundary that counts what a student's training takes, and nothing of its teacher.</summary>
    public const string StudentOnly = "student";

    /// <summary>The boundary that counts the teacher's text and scores too.</summary>
    public const string WithUse = "teacher-use";

    /// <summary>The boundary that counts the teacher's training too.</summary>
    public const string WithTraining = "teacher-training";

    /// <summary>The experiment's own boundary.</summary>
    public const string Declared = "declared";

    /// <summary>Shares of the teacher's score.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.5, 0.8, 0.9, 0.95];

    /// <summary>For each task by its first metric, where more of it is better.</summary>
    public static IReadOnlyList<TargetRow> Of(ExperimentSpec spec, Results results)
    {
        // Generations are no budget that buys a score.
        if (spec.BudgetUnit.IsChain)
            return [];
        var (scores, costs) = (new ScoreTable(results.Items), new RunCosts(spec, results));
        return
        [
            .. spec
                .Tasks.Where(task => task.Task.Metrics[0].HigherIsBetter)
                .SelectMany(task =>
                    spec.Students.SelectMany(student =>
                    {
                        var curves = Curves(
                            spec,
                            results,
                            scores,
                            costs,
                            task.Name,
                            task.Task.Metrics[0].Name,
                            student.Name
                        );
                        return TeachersOf(results, task)
                            .SelectMany(teacher => Rows(spec, teacher, student.Name, curves));
                    })
                ),
        ];
    }

    private static IEnumerable<SummaryRow> TeachersOf(Results results, TaskSpec task) =>
        results.Summary.Where(row =>
            row.Method == Summary.Teacher && row.Task == task.Name && row.Metric == task.Task.Metrics[0].Name
        );

    private static IEnumerable<TargetRow> Rows(
        ExperimentSpec spec,
        SummaryRow teacher,
        string student,
        IReadOnlyList<Curve> curves
    )
    {
        foreach (var share in Shares)
        {
            foreach (var curve in curves.Where(curve => curve.Teacher == teacher.Teacher || curve.IsGold))
            {
                // Every way without a teacher is compared with: nobody's work is in its cost but the student's.
                Curve?[] others =
                    curve.IsGold || curves.All(other => !other.IsGold)
                        ? [null]
                        : [.. curves.Where(other => other.IsGold)];
                foreach (var (name, boundary) in Boundaries(spec))
                foreach (var against in others)
                    if (Row(teacher, student, share, curve, (name, boundary), against) is { } row)
                        yield return row;
            }
        }
    }

    private static (string Name, Boundary Boundary)[] Boundaries(ExperimentSpec spec) =>
        [
            (Declared, spec.Boundary),
            (StudentOnly, Boundary.StudentAlone),
            (WithUse, Boundary.WithUse),
            (WithTraining, Boundary.WithTraining),
        ];

    private static TargetRow? Row(
        SummaryRow teacher,
        string student,
        double share,
        Curve curve,
        (string Name, Boundary Boundary) inside,
        Curve? against
    )
    {
        if (curve.Costs(inside.Boundary) is not { } costs)
            return null;
        var target = share * teacher.Value;
        var (cost, repaid) = (
            curve.ToTarget.At(costs, target),
            against is null ? null : Repaid(curve, inside.Boundary, against, target)
        );
        return new TargetRow(
            Task: teacher.Task,
            Metric: teacher.Metric,
            Student: student,
            Teacher: curve.Teacher,
            Method: curve.Method,
            ShareOfTeacher: share,
            Target: target,
            Boundary: inside.Name,
            Flops: cost?.Value,
            AtMost: cost is null ? null : cost.Value == costs[0],
            FlopsLow: cost?.Low,
            FlopsHigh: cost?.High,
            Against: against?.Method ?? "",
            BreakEvenStudents: repaid?.Value,
            BreakEvenLow: repaid?.Low,
            BreakEvenHigh: repaid?.High
        );
    }

    // Known where both curves come from below the target, and distilling is the cheaper but for what the teacher did.
    // Only that is shared among students.
    private static Interval? Repaid(Curve curve, Boundary boundary, Curve against, double target)
    {
        if (
            curve.Costs(boundary.OfTeacher) is not { } costs
            || curve.Costs(Boundary.StudentAlone) is not { } own
            || against.Costs(Boundary.StudentAlone) is not { } theirs
        )
            return null;
        if (
            curve.ToTarget.At(costs, target) is not { } whole
            || curve.ToTarget.At(own, target) is not { } mine
            || against.ToTarget.At(theirs, target) is not { } alone
        )
            return null;
        if (
            mine.Value == own[0]
            || alone.Value == theirs[0]
            || BreakEven.Students(Math.Max(0, whole.Value - mine.Value), mine.Value, alone.Value) is not { } students
        )
            return null;
        var distilled = curve.ToTarget.Draws(own, target);
        var (low, high) = BreakEven.Interval(
            [.. curve.ToTarget.Draws(costs, target).Zip(distilled, (all, part) => all - part)],
            distilled,
            against.ToTarget.Draws(theirs, target)
        );
        return new Interval(students, low, high);
    }

    // Methods with several budgets, all with the same seeds and items.
    private static IReadOnlyList<Curve> Curves(
        ExperimentSpec spec,
        Results results,
        ScoreTable scores,
        RunCosts costs,
        string task,
        string metric,
        string student
    )
    {
        var baselines = spec
            .Methods.Where(method => method.IsBaseline)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        string TeacherOf(RunRow run) => baselines.Contains(run.Method) ? "" : run.Teacher;
        bool IsScored(RunRow run) => scores.Find(run.Run, task, metric) is not null;
        return
        [
            .. Summary
                .Arms(results.Runs)
                .Where(arm => arm[0].Student == student && arm[0].Budget is not null && arm.All(IsScored))
                .GroupBy(arm => (TeacherOf(arm[0]), arm[0].Method))
                .Where(curve =>
                    curve.Count() > 1
                    && curve.Select(arm => string.Join(' ', arm.Select(run => run.Seed))).Distinct().Count() == 1
                )
                .Select(curve => curve.OrderBy(arm => arm[0].Budget).ToArray())
                .Select(arms => new Curve(
                    Teacher: TeacherOf(arms[0][0]),
                    Method: arms[0][0].Method,
                    Arms: arms,
                    Runs: costs,
                    ToTarget: new CostToTarget(
                        [
                            .. arms.Select(arm =>
                                (IReadOnlyList<IReadOnlyList<double>>)
                                    [.. arm.Select(run => scores.Find(run.Run, task, metric)!)]
                            ),
                        ],
                        higherIsBetter: true
                    )
                )),
        ];
    }

    /// <summary>A method over its budgets: the runs of each budget.</summary>
    private sealed record Curve(
        string Teacher,
        string Method,
        IReadOnlyList<IReadOnlyList<RunRow>> Arms,
        RunCosts Runs,
        CostToTarget ToTarget
    )
    {
        internal bool IsGold => Teacher.Length == 0;

        /// <summary>
        /// FLOPs inside a boundary at each budget, over seeds in the mean; null where they are not known.
        /// </summary>
        internal IReadOnlyList<double>? Costs(Boundary boundary)
        {
            var costs = Arms.Select(arm => arm.Select(run => Runs.Flops(run, boundary)).ToArray()).ToArray();
            if (costs.Any(arm => arm.Any(cost => cost is null)))
                return null;
            double[] means = [.. costs.Select(arm => arm.Average(cost => cost!.Value))];
            return means.All(cost => cost > 0) ? means : null;
        }
    }
}
