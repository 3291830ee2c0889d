using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics;

namespace Bench.Protocol.Ledger;

/// <summary>What it costs to reach shares of a teacher's score, inside the experiment's boundary and inside three others, and how many students repay what the teacher did.</summary>
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

    private static bool OfTeacher(ChargeKind kind) => kind is ChargeKind.TeacherTraining or ChargeKind.TeacherGeneration or ChargeKind.TeacherScoring;

    private static readonly ChargeKind[] Use = [ChargeKind.StudentTraining, ChargeKind.TeacherGeneration, ChargeKind.TeacherScoring];

    /// <summary>For each task by its first metric, where more of it is better.</summary>
    public static IReadOnlyList<TargetRow> Of(ExperimentSpec spec, Results results)
    {
        (string Name, IReadOnlyList<ChargeKind> Kinds)[] boundaries =
            [(Declared, spec.Boundary), (StudentOnly, [ChargeKind.StudentTraining]), (WithUse, Use), (WithTraining, [.. Use, ChargeKind.TeacherTraining])];
        var (scores, rows) = (new ScoreTable(results.Items), new List<TargetRow>());
        foreach (var (task, student) in spec.Tasks.Where(task => task.Task.Metrics[0].HigherIsBetter).SelectMany(task => spec.Students.Select(student => (task, student))))
        {
            var metric = task.Task.Metrics[0].Name;
            // Generations are no budget that buys a score.
            if (spec.Budgets[0].Unit == BudgetUnit.Generations) continue;
            var curves = Curves(spec, results, scores, task.Name, metric, student.Name);
            foreach (var teacher in results.Summary.Where(row => row.Method == Summary.Teacher && row.Task == task.Name && row.Metric == metric))
            {
                var training = TeacherTraining(spec, results, teacher.Teacher);
                foreach (var share in Shares)
                {
                    var target = share * teacher.Value;
                    foreach (var curve in curves.Where(curve => curve.Teacher == teacher.Teacher || curve.IsGold))
                    {
                        // Every way without a teacher is compared with: nobody's work is in its cost but the student's.
                        Curve?[] others = curve.IsGold || curves.All(other => !other.IsGold) ? [null] : [.. curves.Where(other => other.IsGold)];
                        foreach (var (boundary, against) in boundaries.SelectMany(boundary => others.Select(other => (boundary, other))))
                        {
                            if (curve.Costs(boundary.Kinds, training) is not { } costs) continue;
                            var (cost, repaid) = (curve.ToTarget.At(costs, target), against is null ? null : Repaid(curve, boundary.Kinds, training, against, target));
                            rows.Add(new TargetRow(
                                task.Name, metric, student.Name, curve.Teacher, curve.Method, share, target, boundary.Name, cost?.Value, cost is null ? null : cost.Value == costs[0], cost?.Low, cost?.High,
                                against?.Method ?? "", repaid?.Value, repaid?.Low, repaid?.High));
                        }
                    }
                }
            }
        }

        return rows;
    }

    // Known where both curves come from below the target, and distilling is the cheaper but for what the teacher did. Only that is shared among students.
    private static Interval? Repaid(Curve curve, IReadOnlyList<ChargeKind> boundary, double? training, Curve against, double target)
    {
        if (curve.Costs([ChargeKind.StudentTraining, .. boundary.Where(OfTeacher)], training) is not { } costs || curve.Costs([ChargeKind.StudentTraining], null) is not { } own || against.Costs([ChargeKind.StudentTraining], null) is not { } theirs) return null;
        if (curve.ToTarget.At(costs, target) is not { } whole || curve.ToTarget.At(own, target) is not { } mine || against.ToTarget.At(theirs, target) is not { } alone) return null;
        if (mine.Value == own[0] || alone.Value == theirs[0] || BreakEven.Students(Math.Max(0, whole.Value - mine.Value), mine.Value, alone.Value) is not { } students) return null;
        var distilled = curve.ToTarget.Draws(own, target);
        var (low, high) = BreakEven.Interval([.. curve.ToTarget.Draws(costs, target).Zip(distilled, (all, part) => all - part)], distilled, against.ToTarget.Draws(theirs, target));
        return new Interval(students, low, high);
    }

    // Methods with several budgets, all with the same seeds and items.
    private static IReadOnlyList<Curve> Curves(ExperimentSpec spec, Results results, ScoreTable scores, string task, string metric, string student)
    {
        var baselines = spec.Methods.Where(method => method.IsBaseline).Select(method => method.Name).ToHashSet(StringComparer.Ordinal);
        string TeacherOf(RunRow run) => baselines.Contains(run.Method) ? "" : run.Teacher;
        var charges = results.Charges.ToLookup(charge => charge.Run, StringComparer.Ordinal);
        return [.. Summary.Arms(results.Runs).Where(arm => arm[0].Student == student && arm[0].Budget is not null && arm.All(run => scores.Find(run.Run, task, metric) is not null))
            .GroupBy(arm => (TeacherOf(arm[0]), arm[0].Method))
            .Where(curve => curve.Count() > 1 && curve.Select(arm => string.Join(' ', arm.Select(run => run.Seed))).Distinct().Count() == 1)
            .Select(curve => curve.OrderBy(arm => arm[0].Budget).ToArray())
            .Select(arms => new Curve(
                TeacherOf(arms[0][0]), arms[0][0].Method,
                [.. arms.Select(arm => (IReadOnlyList<IReadOnlyList<ChargeRow>>)[.. arm.Select(run => (IReadOnlyList<ChargeRow>)[.. charges[run.Run]])])],
                new CostToTarget([.. arms.Select(arm => (IReadOnlyList<IReadOnlyList<double>>)[.. arm.Select(run => scores.Find(run.Run, task, metric)!)])], higherIsBetter: true)))];
    }

    // A teacher that was not trained here cost something that is not known; another form of one that was cost what that one did.
    private static double? TeacherTraining(ExperimentSpec spec, Results results, string teacher)
    {
        var trained = spec.Teachers.FirstOrDefault(known => known.Name == teacher)?.Of ?? teacher;
        var run = results.Runs.FirstOrDefault(row => row.Student.Length == 0 && row.Teacher == trained)?.Run;
        return results.Charges.FirstOrDefault(charge => charge.Run == run && charge.Kind == Charge.NameOf(ChargeKind.TeacherTraining))?.Flops;
    }

    /// <summary>A method over its budgets: charges of each budget and seed.</summary>
    private sealed record Curve(string Teacher, string Method, IReadOnlyList<IReadOnlyList<IReadOnlyList<ChargeRow>>> Charges, CostToTarget ToTarget)
    {
        internal bool IsGold => Teacher.Length == 0;

        /// <summary>FLOPs inside a boundary at each budget, over seeds in the mean; null where they are not known.</summary>
        /// <param name="kinds">The boundary.</param>
        /// <param name="training">What the teacher's training took; null where that is not known.</param>
        internal IReadOnlyList<double>? Costs(IReadOnlyList<ChargeKind> kinds, double? training)
        {
            var counts = kinds.Contains(ChargeKind.TeacherTraining) && !IsGold;
            if (counts && training is null) return null;
            string[] names = [.. kinds.Where(kind => kind != ChargeKind.TeacherTraining).Select(Charge.NameOf)];
            var runs = Charges.Select(seeds => seeds.Select(charges => charges.Where(charge => names.Contains(charge.Kind)).ToArray()).ToArray()).ToArray();
            if (runs.Any(seeds => seeds.Any(charges => charges.Any(charge => charge.Flops is null)))) return null;
            var costs = runs.Select(seeds => seeds.Average(charges => charges.Sum(charge => charge.Flops!.Value)) + (counts ? training!.Value : 0)).ToArray();
            return costs.All(cost => cost > 0) ? costs : null;
        }
    }
}
