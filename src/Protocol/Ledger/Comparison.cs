using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Curves;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// Methods set beside each other on the same items: which differ, and which are worth their cost. Two methods differ
/// when two p are below 0.05, each adjusted by Holm over all pairs of the block: that of the paired permutation test,
/// which looks at items for the models as they were trained, and that of the bootstrap over seeds and items, which sees
/// how much training varies as far as so few seeds can tell.
/// </summary>
public static class Comparison
{
    /// <summary>The level of all tests of one task, student and budget together.</summary>
    public const double Level = 0.05;

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
                var costed = arms.Where(arm => arm.Summary.FlopsTotal is not null).ToArray();
                var frontier = ParetoFrontier.Of(
                    [.. costed.Select(arm => (arm.Summary.FlopsTotal!.Value, arm.Summary.Value))],
                    task.Task.Metrics[0].HigherIsBetter
                );
                var onFrontier = costed.Where((_, i) => frontier[i]).ToHashSet();
                foreach (var budget in spec.Budgets)
                    rows.AddRange(
                        Block(
                            [.. arms.Where(arm => arm.Summary.Budget == budget.Amount)],
                            task.Task.Metrics[0].HigherIsBetter,
                            onFrontier
                        )
                    );
            }
        }

        return rows;
    }

    private static IReadOnlyList<Arm> Arms(
        Results results,
        ScoreTable scores,
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
            .. Summary
                .Arms(results.Runs)
                .Where(arm => arm[0].Student == student && summaries.ContainsKey(Key(arm[0])))
                .Select(arm => new Arm(
                    summaries[Key(arm[0])],
                    [.. arm.Select(run => run.Seed!.Value)],
                    [.. arm.Select(run => scores.Find(run.Run, task, metric.Name)!)]
                )),
        ];
    }

    private static (string, string, string, double?) Key(RunRow run) =>
        (run.Teacher, run.Method, run.BudgetUnit, run.Budget);

    private static IEnumerable<ComparisonRow> Block(IReadOnlyList<Arm> arms, bool higherIsBetter, HashSet<Arm> frontier)
    {
        if (arms.Count == 0)
            yield break;
        var sorted = arms.OrderByDescending(arm => higherIsBetter ? arm.Summary.Value : -arm.Summary.Value).ToArray();
        var (p, differ) = Tests(sorted);
        var groups = Groups(sorted.Length, differ);
        var mcNemar = McNemar(sorted);
        for (var i = 0; i < sorted.Length; i++)
        {
            var row = sorted[i].Summary;
            yield return new ComparisonRow(
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
                Recovered: row.Recovered,
                RecoveredLow: row.RecoveredLow,
                RecoveredHigh: row.RecoveredHigh,
                FlopsTotal: row.FlopsTotal,
                Frontier: frontier.Contains(sorted[i]),
                Group: groups[i],
                PBest: i == 0 ? null : p[0, i],
                PMcnemar: i == 0 ? null : mcNemar[i]
            );
        }
    }

    private static (double?[,] P, bool[,] Differ) Tests(Arm[] arms)
    {
        var (p, differ) = (new double?[arms.Length, arms.Length], new bool[arms.Length, arms.Length]);
        var pairs = Enumerable
            .Range(0, arms.Length)
            .SelectMany(i =>
                Enumerable.Range(i + 1, arms.Length - i - 1).Select(j => (I: i, J: j, Both: Common(arms[i], arms[j])))
            )
            .Where(pair => pair.Both.A.Count > 0)
            .ToArray();
        var items = PairedTests.Holm([
            .. pairs.Select(pair => PairedTests.Permutation(Arm.MeanOf(pair.Both.A), Arm.MeanOf(pair.Both.B))),
        ]);
        var bootstraps = new Dictionary<(int, int), HierarchicalBootstrap>();
        var training = PairedTests.Holm([
            .. pairs.Select(pair =>
            {
                var size = (pair.Both.A.Count, pair.Both.A[0].Count);
                if (!bootstraps.TryGetValue(size, out var bootstrap))
                    bootstraps[size] = bootstrap = new HierarchicalBootstrap(size.Item1, size.Item2);
                return bootstrap.DifferenceP(pair.Both.A, pair.Both.B);
            }),
        ]);
        for (var at = 0; at < pairs.Length; at++)
        {
            var larger = Math.Max(items[at], training[at]);
            (p[pairs[at].I, pairs[at].J], differ[pairs[at].I, pairs[at].J]) = (larger, larger < Level);
        }

        return (p, differ);
    }

    // Each against the best, where an item is right or wrong: the models of the first seed that both have, since seeds
    // share their items.
    private static double?[] McNemar(Arm[] arms)
    {
        var pairs = Enumerable
            .Range(1, arms.Length - 1)
            .Select(i => (I: i, Both: Common(arms[0], arms[i])))
            .Where(pair => pair.Both.A.Count > 0 && pair.Both.A[0].Concat(pair.Both.B[0]).All(score => score is 0 or 1))
            .ToArray();
        var adjusted = PairedTests.Holm([.. pairs.Select(pair => PairedTests.McNemar(pair.Both.A[0], pair.Both.B[0]))]);
        var p = new double?[arms.Length];
        for (var at = 0; at < pairs.Length; at++)
            p[pairs[at].I] = adjusted[at];
        return p;
    }

    // The scores of the seeds that both methods have.
    private static (IReadOnlyList<IReadOnlyList<double>> A, IReadOnlyList<IReadOnlyList<double>> B) Common(Arm a, Arm b)
    {
        var seeds = a.Seeds.Where(b.Seeds.Contains).ToArray();
        if (seeds.Length == 0 || a.Scores[0].Count != b.Scores[0].Count)
            return ([], []);
        return (
            [.. seeds.Select(seed => a.Scores[a.Seeds.IndexOf(seed)])],
            [.. seeds.Select(seed => b.Scores[b.Seeds.IndexOf(seed)])]
        );
    }

    /// <summary>
    /// Letters: two rows share one exactly where they do not differ (Piepho 2004). Each letter is a largest set of rows
    /// of which no two differ.
    /// </summary>
    internal static IReadOnlyList<string> Groups(int count, bool[,] differ)
    {
        bool Alike(int i, int j) => !differ[Math.Min(i, j), Math.Max(i, j)];
        var cliques = new List<int[]>();
        void Grow(int[] clique, int[] candidates, int[] excluded)
        {
            if (candidates.Length == 0 && excluded.Length == 0)
                cliques.Add(clique);
            // Rows alike to a pivot need no branch of their own (Bron and Kerbosch 1973; Tomita et al. 2006).
            var pivot = candidates
                .Concat(excluded)
                .DefaultIfEmpty(-1)
                .MaxBy(row => row < 0 ? 0 : candidates.Count(other => other != row && Alike(row, other)));
            foreach (var next in candidates.Where(row => row == pivot || !Alike(pivot, row)).ToArray())
            {
                Grow(
                    [.. clique, next],
                    [.. candidates.Where(other => other != next && Alike(next, other))],
                    [.. excluded.Where(other => Alike(next, other))]
                );
                (candidates, excluded) = ([.. candidates.Where(other => other != next)], [.. excluded, next]);
            }
        }

        Grow([], [.. Enumerable.Range(0, count)], []);
        var ordered = cliques.OrderBy(clique => clique.Min()).ThenBy(clique => clique.Max()).ToArray();
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(row =>
                    string.Concat(ordered.Select((clique, letter) => clique.Contains(row) ? Letter(letter) : ""))
                ),
        ];
    }

    private static string Letter(int index) =>
        index < 26 ? ((char)('a' + index)).ToString() : ((char)('A' + index - 26)).ToString();

    /// <summary>A method at a budget: its summary, its seeds and its scores of each seed and item.</summary>
    private sealed record Arm(SummaryRow Summary, List<long> Seeds, IReadOnlyList<IReadOnlyList<double>> Scores)
    {
        /// <summary>Each item's mean over seeds.</summary>
        internal static double[] MeanOf(IReadOnlyList<IReadOnlyList<double>> scores) =>
            [.. Enumerable.Range(0, scores[0].Count).Select(item => scores.Average(seed => seed[item]))];
    }
}
