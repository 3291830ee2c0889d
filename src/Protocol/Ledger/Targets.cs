using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The cost of reaching shares of a teacher's score, inside the experiment's boundary and inside three others, and how
/// many students repay what the teacher did.
/// </summary>
public static class Targets
{
    /// <summary>The boundary that counts what a student's training takes, and nothing of its teacher.</summary>
    public const string StudentOnly = "student";

    /// <summary>The boundary that counts the teacher's text and probabilities too.</summary>
    public const string WithUse = "teacher-use";

    /// <summary>The boundary that counts the teacher's training too.</summary>
    public const string WithTraining = "teacher-training";

    /// <summary>The experiment's own boundary.</summary>
    public const string Declared = "declared";

    /// <summary>Targets that are shares of the teacher's score.</summary>
    public const string OfScore = "score";

    /// <summary>Targets that are shares of the way from chance to the teacher's score.</summary>
    public const string OverChance = "over-chance";

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
                {
                    var metric = task.Task.Metrics[0];
                    var arms = ScoredArm.Of(results.Runs, scores, task.Name, metric.Name);
                    return spec.Students.SelectMany(student =>
                        Goals(spec, results, scores, task, metric)
                            .SelectMany(goal => Rows(spec, goal, student.Name, Curves(spec, arms, costs, student.Name)))
                    );
                }),
        ];
    }

    // Each teacher's shares, of its score and of the way to it from chance.
    private static IEnumerable<Goal> Goals(
        ExperimentSpec spec,
        Results results,
        ScoreTable scores,
        TaskSpec task,
        Metric metric
    )
    {
        foreach (var run in results.Runs.Where(run => run.Student.Length == 0))
        {
            if (scores.Find(run.Run, task.Name, metric.Name) is not { } own)
                continue;
            foreach (var share in Shares)
            {
                var goal = new Goal(
                    Task: task.Name,
                    Metric: metric.Name,
                    Teacher: run.Teacher,
                    Scale: OfScore,
                    Share: share,
                    Floor: 0,
                    TeacherScores: own
                );
                yield return goal;
                if (task.Task.Chance is { } chance && metric == Metric.Accuracy)
                    yield return goal with
                    {
                        Scale = OverChance,
                        Floor = chance,
                    };
            }
        }
    }

    private static IEnumerable<TargetRow> Rows(
        ExperimentSpec spec,
        Goal goal,
        string student,
        IReadOnlyList<Curve> curves
    )
    {
        foreach (var curve in curves.Where(curve => curve.Teacher == goal.Teacher || curve.IsGold))
        {
            if (curve.Arms[0].Items != goal.TeacherScores.Count)
                continue;
            var ends = curve.ToTarget.Ends(goal.ByItem());
            // Every way without a teacher is compared with: nobody's work is in its cost but the student's.
            Curve?[] others =
                curve.IsGold || curves.All(other => !other.IsGold) ? [null] : [.. curves.Where(other => other.IsGold)];
            foreach (var (name, boundary) in Boundaries(spec))
            foreach (var against in others)
                if (Row(goal, student, curve, (name, boundary), ends, against) is { } row)
                    yield return row;
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
        Goal goal,
        string student,
        Curve curve,
        (string Name, Boundary Boundary) inside,
        (double? Low, double? High) ends,
        Curve? against
    )
    {
        if (curve.Costs(inside.Boundary) is not { } costs)
            return null;
        var reached = curve.ToTarget.Fit(costs).At(goal.Target);
        // A target that the first budget reaches costs that much or less; with too few budgets in the rise, the place
        // between two of them is not known.
        var isRead = reached is { Cost: not null, Below: not null } && curve.IsReadable;
        var repaid = against is null ? null : Repayment.Of(goal, curve, inside.Boundary, against);
        return new TargetRow(
            Task: goal.Task,
            Metric: goal.Metric,
            Student: student,
            Teacher: curve.Teacher,
            Method: curve.Method,
            Scale: goal.Scale,
            ShareOfTeacher: goal.Share,
            Target: goal.Target,
            Boundary: inside.Name,
            BudgetsInsideRise: curve.ToTarget.InsideRise,
            Flops: isRead ? reached.Cost : null,
            FlopsLow: isRead ? CostToTarget.Cost(costs, ends.Low) : null,
            FlopsHigh: isRead ? CostToTarget.Cost(costs, ends.High) : null,
            FlopsBelow: reached.Below,
            FlopsFrom: reached.From,
            Against: against?.Method ?? "",
            BreakEvenStudents: repaid?.Students,
            BreakEvenLow: repaid?.Low,
            BreakEvenHigh: repaid?.High,
            BreakEvenQueries: repaid?.Queries
        );
    }

    // Methods with several budgets, all with the same seeds and items.
    private static IReadOnlyList<Curve> Curves(
        ExperimentSpec spec,
        IReadOnlyList<ScoredArm> arms,
        RunCosts costs,
        string student
    )
    {
        var baselines = spec
            .Methods.Where(method => method.IsBaseline)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        string TeacherOf(ScoredArm arm) => baselines.Contains(arm.First.Method) ? "" : arm.First.Teacher;
        return
        [
            .. arms.Where(arm => arm.First.Student == student && arm.First.Budget is not null)
                .GroupBy(arm => (TeacherOf(arm), arm.First.Method))
                .Where(curve =>
                    curve.Count() > 1
                    && curve.Select(arm => string.Join(' ', arm.Runs.Select(run => run.Seed))).Distinct().Count() == 1
                )
                .Select(curve => new Curve(
                    Teacher: TeacherOf(curve.First()),
                    Method: curve.First().First.Method,
                    Arms: [.. curve.OrderBy(arm => arm.First.Budget)],
                    Costing: costs
                )),
        ];
    }
}
