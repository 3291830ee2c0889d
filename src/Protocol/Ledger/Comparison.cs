using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// Methods set beside each other on the same items: which differ, which are worth their cost, and what it costs to come near the teacher. Two methods differ when
/// Holm's adjusted p of the paired permutation test is below 0.05 and the bootstrap interval of their difference over seeds and items excludes 0: the first looks at items for the models
/// as they were trained, the second at how much training varies.
/// </summary>
public static class Comparison
{
    /// <summary>The level of all tests of one task, student and budget together.</summary>
    public const double Level = 0.05;

    /// <summary>Shares of the teacher's score for which costs are read off the curves.</summary>
    public static IReadOnlyList<double> Shares { get; } = [0.5, 0.8, 0.9, 0.95];

    /// <summary>The comparison at every budget by each task's first metric, best first.</summary>
    public static IReadOnlyList<ComparisonRow> Of(ExperimentSpec spec, Results results)
    {
        var scores = new ScoreTable(results.Items);
        var rows = new List<ComparisonRow>();
        foreach (var task in spec.Tasks)
        {
            foreach (var student in spec.Students)
            {
                var arms = Arms(results, scores, task.Name, task.Task.Metrics[0], student.Name);
                var frontier = ParetoFrontier.Of([.. arms.Select(arm => (arm.Summary.FlopsTotal ?? 0, arm.Summary.Value))], task.Task.Metrics[0].HigherIsBetter);
                var onFrontier = arms.Where((_, i) => frontier[i]).ToHashSet();
                foreach (var budget in spec.Budgets)
                    rows.AddRange(Block([.. arms.Where(arm => arm.Summary.Budget == budget.Amount)], task.Task.Metrics[0].HigherIsBetter, onFrontier));
            }
        }

        return rows;
    }

    /// <summary>What it costs to reach shares of the teacher's score, for metrics of which more is better.</summary>
    public static IReadOnlyList<TargetRow> Targets(ExperimentSpec spec, Results results)
    {
        var scores = new ScoreTable(results.Items);
        var rows = new List<TargetRow>();
        foreach (var task in spec.Tasks.Where(task => task.Task.Metrics[0].HigherIsBetter))
        {
            var metric = task.Task.Metrics[0];
            foreach (var student in spec.Students)
            {
                var curves = Arms(results, scores, task.Name, metric, student.Name).Where(arm => arm.Summary.FlopsTotal > 0)
                    .GroupBy(arm => (arm.Summary.Teacher, arm.Summary.Method)).Where(curve => curve.Select(arm => arm.Seeds).Distinct().Count() == 1 && curve.Count() > 1).ToArray();
                foreach (var teacher in results.Summary.Where(row => row.Method == Summary.Teacher && row.Task == task.Name && row.Metric == metric.Name))
                {
                    foreach (var share in Shares)
                    {
                        Interval? Cost(IEnumerable<Arm> curve) => CostToTarget.Of([.. curve.Select(arm => (arm.Summary.FlopsTotal!.Value, arm.Scores))], share * teacher.Value, true);
                        var alone = curves.Where(curve => curve.Key.Method.StartsWith("gold-", StringComparison.Ordinal)).Select(Cost).Where(cost => cost is not null).MinBy(cost => cost!.Value);
                        foreach (var curve in curves.Where(curve => curve.Key.Teacher == teacher.Teacher || curve.Key.Teacher.Length == 0))
                        {
                            var cost = Cost(curve);
                            var gold = curve.Key.Method.StartsWith("gold-", StringComparison.Ordinal);
                            double? repaid = gold || cost is null || alone is null ? null : BreakEven.Students(TeacherTraining(results, teacher.Teacher), cost.Value, alone.Value);
                            rows.Add(new TargetRow(task.Name, metric.Name, student.Name, curve.Key.Teacher, curve.Key.Method, share, share * teacher.Value, cost?.Value, cost?.Low, cost?.High, repaid));
                        }
                    }
                }
            }
        }

        return rows;
    }

    private static double TeacherTraining(Results results, string teacher)
    {
        var run = results.Runs.First(row => row.Student.Length == 0 && row.Teacher == teacher).Run;
        return results.Charges.Where(charge => charge.Run == run && charge.Kind == Charge.NameOf(ChargeKind.TeacherTraining)).Sum(charge => charge.Flops);
    }

    private static IReadOnlyList<Arm> Arms(Results results, ScoreTable scores, string task, Metric metric, string student)
    {
        var summaries = results.Summary.Where(row => row.Task == task && row.Metric == metric.Name && row.Student == student && row.Budget is not null)
            .ToDictionary(row => (row.Teacher, row.Method, row.BudgetUnit, row.Budget));
        return [.. Summary.Arms(results.Runs).Where(arm => summaries.ContainsKey(Key(arm[0])))
            .Select(arm => new Arm(
                summaries[Key(arm[0])], string.Join(' ', arm.Select(run => run.Seed)), [.. arm.Select(run => scores.Find(run.Run, task, metric.Name)!)]))];
    }

    private static (string, string, string, double?) Key(RunRow run) => (run.Teacher, run.Method, run.BudgetUnit, run.Budget);

    private static IEnumerable<ComparisonRow> Block(IReadOnlyList<Arm> arms, bool higherIsBetter, HashSet<Arm> frontier)
    {
        if (arms.Count == 0) yield break;
        var sorted = arms.OrderByDescending(arm => higherIsBetter ? arm.Summary.Value : -arm.Summary.Value).ToArray();
        var (p, differ) = Tests(sorted);
        var groups = Groups(sorted.Length, differ);
        for (var i = 0; i < sorted.Length; i++)
        {
            var row = sorted[i].Summary;
            yield return new ComparisonRow(
                row.Task, row.Metric, row.Student, row.BudgetUnit, row.Budget!.Value, row.Teacher, row.Method, row.Seeds, row.Items, row.Value, row.CiLow, row.CiHigh,
                row.Recovered, row.RecoveredLow, row.RecoveredHigh, row.FlopsTotal, frontier.Contains(sorted[i]), groups[i], i == 0 ? null : p[0, i]);
        }
    }

    private static (double[,] P, bool[,] Differ) Tests(Arm[] arms)
    {
        var (p, differ) = (new double[arms.Length, arms.Length], new bool[arms.Length, arms.Length]);
        var pairs = Enumerable.Range(0, arms.Length).SelectMany(i => Enumerable.Range(i + 1, arms.Length - i - 1).Select(j => (I: i, J: j)))
            .Where(pair => arms[pair.I].Items.Length == arms[pair.J].Items.Length).ToArray();
        var adjusted = PairedTests.Holm([.. pairs.Select(pair => PairedTests.Permutation(arms[pair.I].Items, arms[pair.J].Items))]);
        var bootstrap = new HierarchicalBootstrap(arms[0].Scores.Count, arms[0].Items.Length);
        for (var at = 0; at < pairs.Length; at++)
        {
            var (i, j) = pairs[at];
            p[i, j] = adjusted[at];
            var comparable = arms[i].Seeds == arms[j].Seeds && arms[i].Seeds == arms[0].Seeds;
            differ[i, j] = adjusted[at] < Level && comparable && !bootstrap.Difference(arms[i].Scores, arms[j].Scores).Contains(0);
        }

        return (p, differ);
    }

    /// <summary>Letters: two rows share one exactly where they do not differ (Piepho 2004). Each letter is a largest set of rows of which no two differ.</summary>
    internal static IReadOnlyList<string> Groups(int count, bool[,] differ)
    {
        bool Alike(int i, int j) => !differ[Math.Min(i, j), Math.Max(i, j)];
        var cliques = new List<int[]>();
        void Grow(int[] clique, int[] candidates, int[] excluded)
        {
            if (candidates.Length == 0 && excluded.Length == 0) cliques.Add(clique);
            while (candidates.Length > 0)
            {
                var next = candidates[0];
                Grow([.. clique, next], [.. candidates[1..].Where(other => Alike(next, other))], [.. excluded.Where(other => Alike(next, other))]);
                (candidates, excluded) = (candidates[1..], [.. excluded, next]);
            }
        }

        Grow([], [.. Enumerable.Range(0, count)], []);
        var ordered = cliques.OrderBy(clique => clique.Min()).ThenBy(clique => clique.Max()).ToArray();
        return [.. Enumerable.Range(0, count).Select(row => string.Concat(ordered.Select((clique, letter) => clique.Contains(row) ? Letter(letter) : "")))];
    }

    private static string Letter(int index) => index < 26 ? ((char)('a' + index)).ToString() : ((char)('A' + index - 26)).ToString();

    /// <summary>A method at a budget: its summary, its seeds and its scores of each seed and item.</summary>
    private sealed record Arm(SummaryRow Summary, string Seeds, IReadOnlyList<IReadOnlyList<double>> Scores)
    {
        /// <summary>Each item's mean over seeds.</summary>
        internal double[] Items { get; } = [.. Enumerable.Range(0, Scores[0].Count).Select(item => Scores.Average(seed => seed[item]))];
    }
}
