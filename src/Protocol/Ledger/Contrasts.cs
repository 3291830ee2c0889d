using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Power;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The contrasts of an experiment: paired differences with intervals, p by the same rule, and Holm's adjustment over
/// the family. A family is all declared contrasts of one task and metric, over students and budgets. The primary
/// contrast stands alone, at the largest budget, on the first task's first metric.
/// </summary>
public static class Contrasts
{
    /// <summary>The least number of seeds for a statement about methods.</summary>
    public const int LeastSeeds = 3;

    /// <summary>The least number of seeds for the sign-flip test: its least p is then 0.03.</summary>
    public const int LeastSignFlipSeeds = 6;

    /// <summary>Every contrast, in the order of tasks, metrics, students, budgets and their declaration.</summary>
    public static IReadOnlyList<ContrastRow> Of(ExperimentSpec spec, Results results)
    {
        var scores = new ScoreTable(results.Items);
        return
        [
            .. spec.Tasks.SelectMany(task =>
                spec.Evaluation.MetricsOf(task.Task)
                    .SelectMany(metric =>
                        Family(spec, task, metric, ScoredArm.Of(results.Runs, scores, task.Name, metric.Name))
                    )
            ),
        ];
    }

    private static IReadOnlyList<ContrastRow> Family(
        ExperimentSpec spec,
        TaskSpec task,
        Metric metric,
        IReadOnlyList<ScoredArm> arms
    )
    {
        var isAnswer = task == spec.Tasks[0] && metric == task.Task.Metrics[0];
        var rows = new List<ContrastRow>();
        foreach (var student in spec.Students)
        foreach (var budget in spec.Budgets)
        foreach (var contrast in spec.ContrastsOrDefault)
        {
            ScoredArm[] At(string label, double amount) =>
                [
                    .. arms.Where(arm =>
                        arm.First.Student == student.Name
                        && arm.First.Budget == amount
                        && (arm.First.Method == label || spec.LabelOf(arm.First.Teacher, arm.First.Method) == label)
                    ),
                ];
            var isSpread =
                metric.IsShare
                && Neighbours(spec, budget.Amount)
                    .SelectMany(amount => At(contrast.Of, amount).Concat(At(contrast.Against, amount)))
                    .Any(arm => SeedSpread.IsFar(arm.SeedMeans));
            var primary = contrast.Primary && isAnswer && budget == spec.Budgets[^1];
            rows.AddRange(
                Pairs(spec, contrast, At(contrast.Of, budget.Amount), At(contrast.Against, budget.Amount))
                    .Select(pair =>
                        Row(spec, task, metric, pair, primary) with
                        {
                            Warning = isSpread ? SeedSpread.Warning : "",
                        }
                    )
            );
        }

        return Adjusted(rows);
    }

    // A method without a teacher stands against those of every teacher; methods of two teachers are compared where the
    // contrast names a teacher.
    private static IEnumerable<(ScoredArm This, ScoredArm Other)> Pairs(
        ExperimentSpec spec,
        ContrastSpec contrast,
        IReadOnlyList<ScoredArm> ofs,
        IReadOnlyList<ScoredArm> againsts
    )
    {
        foreach (var of in ofs)
        foreach (var against in againsts)
        {
            var namesTeacher = contrast.Of != of.First.Method || contrast.Against != against.First.Method;
            var isBaseline = spec.Methods.Any(method => method.IsBaseline && method.Name == against.First.Method);
            if (
                (of.First.Teacher == against.First.Teacher || isBaseline || namesTeacher)
                && of.Paired(against) is { } pair
            )
                yield return pair;
        }
    }

    // The budget and those beside it.
    private static IEnumerable<double> Neighbours(ExperimentSpec spec, double budget)
    {
        var at = spec.Budgets.Select(known => known.Amount).ToList().IndexOf(budget);
        return spec.Budgets.Where((_, i) => Math.Abs(i - at) <= 1).Select(known => known.Amount);
    }

    private static ContrastRow Row(
        ExperimentSpec spec,
        TaskSpec task,
        Metric metric,
        (ScoredArm This, ScoredArm Other) pair,
        bool primary
    )
    {
        var (of, against) = pair;
        var squares = of.Less(against);
        var interval = MeanInterval.Of(squares, metric.IsShare ? ScoreRange.ShareDifference : ScoreRange.Real);
        double[] seeds = [.. of.SeedMeans.Zip(against.SeedMeans, (a, b) => a - b)];
        var areGrades = of.Scores[0].Concat(against.Scores[0]).All(score => score is 0 or 1);
        return new ContrastRow(
            Task: task.Name,
            Metric: metric.Name,
            Student: of.First.Student,
            BudgetUnit: of.First.BudgetUnit,
            Budget: of.First.Budget!.Value,
            Of: spec.LabelOf(of.First.Teacher, of.First.Method),
            Against: spec.LabelOf(against.First.Teacher, against.First.Method),
            Primary: primary,
            Seeds: seeds.Length,
            Items: of.Items,
            Difference: interval.Value,
            CiLow: interval.Low,
            CiHigh: interval.High,
            IntervalMethod: interval.Method,
            Df: interval.DegreesOfFreedom,
            P: seeds.Length < LeastSeeds ? null : squares.Rule.P(),
            PHolm: null,
            Tests: 0,
            PSignFlip: seeds.Length is < LeastSignFlipSeeds or > SignFlip.MostSeeds ? null : SignFlip.Of(seeds).P,
            PMcnemar: areGrades ? McNemar.Of(of.Scores[0], against.Scores[0]).Exact : null,
            McnemarSeed: areGrades ? of.First.Seed : null,
            SeedSd: seeds.Length < 2 ? null : SeedTest.Paired(seeds).StandardError * Math.Sqrt(seeds.Length),
            Detectable: null,
            Warning: ""
        );
    }

    private static IReadOnlyList<ContrastRow> Adjusted(List<ContrastRow> rows)
    {
        foreach (var primary in (bool[])[true, false])
        {
            int[] tested =
            [
                .. Enumerable.Range(0, rows.Count).Where(i => rows[i].Primary == primary && rows[i].P is not null),
            ];
            var adjusted = AdjustedP.Holm([.. tested.Select(i => rows[i].P!.Value)]);
            for (var at = 0; at < tested.Length; at++)
            {
                var row = rows[tested[at]];
                rows[tested[at]] = row with
                {
                    PHolm = adjusted[at],
                    Tests = tested.Length,
                    Detectable =
                        row.SeedSd > 0
                            ? row.SeedSd * PairedPower.Detectable((int)row.Seeds, 0.05 / tested.Length)
                            : null,
                };
            }
        }

        return rows;
    }
}
