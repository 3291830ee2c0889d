using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics;
using Bench.Protocol.Tasks;

namespace Bench.Report;

/// <summary>What the results say, in words, with intervals.</summary>
public static class Conclusions
{
    /// <summary>The answer first: what each method reached at the largest budget, and how the methods differ there.</summary>
    public static IReadOnlyList<string> Of(ExperimentSpec spec, Results results)
    {
        var lines = new List<string> { spec.Question };
        var scores = new ScoreTable(results.Items);
        foreach (var task in spec.Tasks)
        {
            var metric = task.Task.Metrics[0];
            if (results.Summary.FirstOrDefault(row => row.Method == Summary.Teacher && row.Task == task.Name && row.Metric == metric.Name) is { } teacher)
                lines.Add($"{task.Name}: teacher {spec.Teacher.Name} has {metric.Name} {Text(teacher.Value, teacher.CiLow, teacher.CiHigh)}");
            foreach (var student in spec.Students) lines.AddRange(AtLargestBudget(spec, results, scores, task.Name, metric, student.Name));
        }

        return lines;
    }

    private static IEnumerable<string> AtLargestBudget(ExperimentSpec spec, Results results, ScoreTable scores, string task, Metric metric, string student)
    {
        var largest = spec.Budgets[^1];
        var rows = results.Summary.Where(row => row.Task == task && row.Metric == metric.Name && row.Student == student && row.Budget == largest.Amount).ToArray();
        foreach (var row in rows)
        {
            var recovered = row.Recovered is null
                ? ""
                : string.Create(CultureInfo.InvariantCulture, $", recovered {100 * row.Recovered:0}% [{100 * row.RecoveredLow:0}, {100 * row.RecoveredHigh:0}] of the gap");
            yield return string.Create(CultureInfo.InvariantCulture,
                $"  {student} {row.Method}: {metric.Name} {Text(row.Value, row.CiLow, row.CiHigh)}{recovered} at {row.FlopsTotal:0.0e0} FLOPs");
        }

        // Methods side by side, best first, on the same seeds and items.
        var arms = Summary.Arms(results.Runs).Where(arm => arm[0].Student == student && arm[0].Budget == largest.Amount)
            .Select(arm => (arm[0].Method, Scores: arm.Select(run => scores.Find(run.Run, task, metric.Name)).ToArray()))
            .Where(arm => arm.Scores.All(row => row is not null)).ToArray();
        var methods = spec.Methods.Where(method => !method.IsBaseline).Select(method => method.Name).ToArray();
        for (var i = 0; i < methods.Length; i++)
        {
            for (var j = i + 1; j < methods.Length; j++)
            {
                var (a, b) = (arms.FirstOrDefault(arm => arm.Method == methods[j]), arms.FirstOrDefault(arm => arm.Method == methods[i]));
                if (a.Scores is null || b.Scores is null || a.Scores.Length != b.Scores.Length) continue;
                var difference = new HierarchicalBootstrap(a.Scores.Length, a.Scores[0]!.Count).Difference(a.Scores!, b.Scores!);
                var verdict = difference.Contains(0) ? "no difference beyond its interval" : difference.Value > 0 == metric.HigherIsBetter ? $"{a.Method} is better" : $"{b.Method} is better";
                yield return string.Create(CultureInfo.InvariantCulture,
                    $"  {student} {a.Method} - {b.Method}: {difference.Value:+0.000;-0.000} [{difference.Low:+0.000;-0.000}, {difference.High:+0.000;-0.000}] {metric.Name}: {verdict}");
            }
        }
    }

    private static string Text(double value, double? low, double? high) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:0.000}{(low is null ? "" : $" [{low.Value.ToString("0.000", CultureInfo.InvariantCulture)}, {high!.Value.ToString("0.000", CultureInfo.InvariantCulture)}]")}");
}
