using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// Methods set beside each other on the same items: their differences from what they are declared against, letters over
/// all pairs where there are seeds enough, and which are worth their cost.
/// </summary>
public static class Comparison
{
    /// <summary>The level of all tests of a family together.</summary>
    public const double Level = 0.05;

    /// <summary>The seeds from which on a few arms are told apart by letters.</summary>
    public const int SeedsForLetters = 5;

    /// <summary>The most arms that so few seeds tell apart.</summary>
    public const int FewArms = 6;

    /// <summary>The seeds from which on any number of arms is, and arms whose seeds spread.</summary>
    public const int SeedsForManyLetters = SeedSpread.EnoughSeeds;

    /// <summary>The comparison at every budget by each task's first metric, best first.</summary>
    public static IReadOnlyList<ComparisonRow> Of(
        ExperimentSpec spec,
        Results results,
        IReadOnlyList<ContrastRow> contrasts
    )
    {
        var scores = new ScoreTable(results.Items);
        var rows = new List<ComparisonRow>();
        foreach (var task in spec.Tasks)
        {
            var metric = task.Task.Metrics[0];
            var scored = ScoredArm.Of(results.Runs, scores, task.Name, metric.Name);
            foreach (var student in spec.Students)
            {
                var arms = Arms(results, scored, task.Name, metric, student.Name);
                var costed = arms.Where(arm => arm.Summary.FlopsTotal is not null).ToArray();
                var frontier = ParetoFrontier.Of(
                    [.. costed.Select(arm => (arm.Summary.FlopsTotal!.Value, arm.Summary.Value))],
                    metric.HigherIsBetter
                );
                var onFrontier = costed.Where((_, i) => frontier[i]).ToHashSet();
                foreach (var budget in spec.Budgets)
                {
                    var block = arms.Where(arm => arm.Summary.Budget == budget.Amount).ToArray();
                    rows.AddRange(Block(spec, block, metric, onFrontier, contrasts));
                }
            }
        }

        return rows;
    }

    private static IReadOnlyList<Arm> Arms(
        Results results,
        IReadOnlyList<ScoredArm> scored,
        string task,
        Metric metric,
        string student
    )
    {
        var summaries = results
            .Summary.Where(row =>
                row.Task == task && row.Metric == metric.Name && row.Student == student && row.Budget is not null
            )
            .ToDictionary(row => (row.Teacher, row.Method, row.BudgetUnit, row.Budget));
        return
        [
            .. scored
                .Where(arm => arm.First.Student == student && summaries.ContainsKey(Key(arm.First)))
                .Select(arm => new Arm(summaries[Key(arm.First)], arm)),
        ];
    }

    private static (string, string, string, double?) Key(RunRow run) =>
        (run.Teacher, run.Method, run.BudgetUnit, run.Budget);

    private static IEnumerable<ComparisonRow> Block(
        ExperimentSpec spec,
        IReadOnlyList<Arm> arms,
        Metric metric,
        HashSet<Arm> frontier,
        IReadOnlyList<ContrastRow> contrasts
    )
    {
        var sorted = arms.OrderByDescending(arm => metric.HigherIsBetter ? arm.Summary.Value : -arm.Summary.Value)
            .ToArray();
        var groups = AllowsLetters([.. sorted.Select(arm => arm.Scored.Runs.Count)], sorted.Any(IsSpread))
            ? Letters.Of(sorted.Length, Differ(sorted))
            : [.. sorted.Select(_ => "")];
        return sorted.Select((arm, i) => Row(spec, arm.Summary, contrasts, frontier.Contains(arm), groups[i]));
    }

    private static ComparisonRow Row(
        ExperimentSpec spec,
        SummaryRow row,
        IReadOnlyList<ContrastRow> contrasts,
        bool frontier,
        string group
    )
    {
        var label = spec.LabelOf(row.Teacher, row.Method);
        var contrast = contrasts.FirstOrDefault(contrast =>
            contrast.Task == row.Task
            && contrast.Metric == row.Metric
            && contrast.Student == row.Student
            && contrast.Budget == row.Budget
            && contrast.Of == label
        );
        return new ComparisonRow(
            Task: row.Task,
            Metric: row.Metric,
            Student: row.Student,
            BudgetUnit: row.BudgetUnit,
            Budget: row.Budget!.Value,
            Teacher: row.Teacher,
            Method: row.Method,
            Seeds: row.Seeds,
            Items: row.Items,
            Value: row.Value,
            CiLow: row.CiLow,
            CiHigh: row.CiHigh,
            IntervalMethod: row.IntervalMethod,
            Df: row.Df,
            Against: contrast?.Against ?? "",
            Difference: contrast?.Difference,
            DifferenceLow: contrast?.CiLow,
            DifferenceHigh: contrast?.CiHigh,
            PHolm: contrast?.PHolm,
            RecoveredFromBefore: row.RecoveredFromBefore,
            RecoveredFromBeforeLow: row.RecoveredFromBeforeLow,
            RecoveredFromBeforeHigh: row.RecoveredFromBeforeHigh,
            RecoveredOverGold: row.RecoveredOverGold,
            RecoveredOverGoldLow: row.RecoveredOverGoldLow,
            RecoveredOverGoldHigh: row.RecoveredOverGoldHigh,
            FlopsTotal: row.FlopsTotal,
            Frontier: frontier,
            Group: group,
            Warning: row.Warning
        );
    }

    /// <summary>
    /// Whether all pairs may be compared: from five seeds on for up to six arms, from ten on for more, or where seeds
    /// spread (docs/statistics.md).
    /// </summary>
    /// <param name="seeds">Of each arm.</param>
    /// <param name="isSpread">Whether the seeds of an arm lie far apart.</param>
    public static bool AllowsLetters(IReadOnlyList<int> seeds, bool isSpread) =>
        seeds.Count > 0 && seeds.Min() >= (seeds.Count > FewArms || isSpread ? SeedsForManyLetters : SeedsForLetters);

    private static bool IsSpread(Arm arm) => arm.Summary.Warning.Length > 0;

    // Holm over all pairs, by the two-term rule.
    private static bool[,] Differ(Arm[] arms)
    {
        var pairs = Enumerable
            .Range(0, arms.Length)
            .SelectMany(i => Enumerable.Range(i + 1, arms.Length - i - 1).Select(j => (I: i, J: j)))
            .Select(pair => (pair.I, pair.J, Both: arms[pair.I].Scored.Paired(arms[pair.J].Scored)))
            .Where(pair => pair.Both is not null)
            .ToArray();
        var adjusted = AdjustedP.Holm([
            .. pairs.Select(pair => pair.Both!.Value.This.Less(pair.Both.Value.Other).Rule.P()),
        ]);
        var differ = new bool[arms.Length, arms.Length];
        for (var at = 0; at < pairs.Length; at++)
            differ[pairs[at].I, pairs[at].J] = adjusted[at] < Level;
        return differ;
    }

    /// <summary>A method at a budget: its summary and its scores.</summary>
    private sealed record Arm(SummaryRow Summary, ScoredArm Scored);
}
