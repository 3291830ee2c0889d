using System.Globalization;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Tasks;
using Bench.Report.Figures;
using Bench.Report.Style;

namespace Bench.Report.Tables;

/// <summary>The results in lines of at most 80 columns for usual names, with intervals.</summary>
public static class Conclusions
{
    /// <summary>Each method's score at the largest budget, and how the methods differ there.</summary>
    public static IReadOnlyList<string> Of(ExperimentSpec spec, Results results)
    {
        var lines = new List<string> { TextWrap.Wrapped(spec.Question, 78).TrimEnd() };
        var scores = new ScoreTable(results.Items);
        foreach (var task in spec.Tasks)
        {
            var metric = task.Task.Metrics[0];
            foreach (var student in spec.Students)
            {
                lines.Add("");
                lines.Add(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{task.Name}: {metric.Name} of student {student.Name} at {spec.Budgets[^1].AmountText} "
                            + $"{spec.Budgets[^1].Label}"
                    )
                );
                lines.Add(
                    $"  {"", -20}  {"mean [95% interval]", -22} total "
                        + $"FLOPs"
                        + $"{(spec.Methods.Any(method => method.Name == Summary.GapBaseline) ? "  gap recovered" : "")}"
                );
                lines.AddRange(Reached(spec, results, task.Name, metric, student.Name));
                lines.AddRange(Detected(spec, results, student.Name));
                lines.AddRange(Differences(spec, results, scores, task.Name, metric, student.Name));
            }
        }

        foreach (var row in results.Trials.Where(row => row.Edge && row.Task == spec.Tasks[0].Name))
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {row.Student} {Labels.Of(spec, row.Teacher, row.Method)}: its learning rate "
                        + $"{row.LearningRate:g4} is at the edge of those tried"
                )
            );
        lines.AddRange(LawFigure.Lines(spec, results));
        lines.AddRange(Lost(spec, results));
        return lines;
    }

    // A cost claim must not forget lost work. Shared work is charged to each run that uses it: the most that a run
    // lost is said, not a sum.
    private static IEnumerable<string> Lost(ExperimentSpec spec, Results results)
    {
        var lost = results.Charges.Where(row => row.Kind == Charge.NameOf(ChargeKind.LostAttempts)).ToArray();
        if (lost.Length == 0)
            yield break;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{lost.Length} {(lost.Length == 1 ? "run has" : "runs have")} work that failed or was killed: such "
                + $"attempts cost up to {lost.Max(row => row.Flops ?? 0):0.0e0} FLOPs,"
        );
        var counted = spec.Boundary.Counts(ChargeKind.LostAttempts) ? "counted in the totals" : "outside the boundary";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  {lost.Max(row => row.Seconds):0} s a run (charges.csv), {counted}"
        );
    }

    private static IEnumerable<string> Reached(
        ExperimentSpec spec,
        Results results,
        string task,
        Metric metric,
        string student
    )
    {
        var rows = results.Summary.Where(row => row.Task == task && row.Metric == metric.Name).ToArray();
        foreach (var row in rows.Where(row => row.Method == Summary.Teacher))
            yield return Line($"teacher {row.Teacher}", row, "");
        foreach (var row in rows.Where(row => row.Student == student && row.Budget == spec.Budgets[^1].Amount))
        {
            var recovered =
                row.Recovered is null || row.Method == Summary.GapBaseline
                    ? ""
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Labels.Percent(row.Recovered)}% [{Labels.Percent(row.RecoveredLow)}, "
                            + $"{Labels.Percent(row.RecoveredHigh)}]"
                    );
            yield return Line(
                Labels.Of(spec, row.Teacher, row.Method),
                row,
                string.Create(CultureInfo.InvariantCulture, $"{row.FlopsTotal, -11:0.0e0}  {recovered}")
            );
        }

        if (rows.FirstOrDefault(row => row.Items < spec.Evaluation.Items) is { } few)
            yield return $"  measured on {few.Items} items: {spec.Evaluation.Items} were asked for, and there are no "
                + $"more";
        if (rows.Where(row => row.Student == student && row.Budget is not null).Max(row => (int?)row.Seeds) == 1)
            yield return "  one seed: the intervals do not show how much training varies";
        var (teacher, untrained) = (
            rows.FirstOrDefault(row => row.Method == Summary.Teacher),
            rows.FirstOrDefault(row => row.Student == student && row.Budget is null)
        );
        if (
            teacher is not null
            && untrained is not null
            && (metric == Metric.Accuracy || metric == Metric.BitsPerToken)
            && (metric.HigherIsBetter ? teacher.Value <= untrained.CiHigh : teacher.Value >= untrained.CiLow)
        )
            yield return $"  the teacher is no better than the "
                + $"{Labels.Before(spec.Students.First(known => known.Name == student))}: it has nothing to teach";
        if (
            spec.Methods.Any(method => method.Name == Summary.GapBaseline)
            && rows.Where(row => row.Student == student && row.Budget == spec.Budgets[^1].Amount)
                .All(row => row.Recovered is null)
        )
            yield return $"  {WhyBlank(spec)}";
    }

    // The owner's evidence: log10 of p, by the mark after the most probed tokens, and by canaries.
    private static IEnumerable<string> Detected(ExperimentSpec spec, Results results, string student)
    {
        if (spec.Evaluation.Detection is not { } detection)
            yield break;
        foreach (
            var (metric, what) in new[]
            {
                (Metric.WatermarkP(detection.Probes[^1]), $"by its watermark, {detection.Probes[^1]} tokens"),
                (Metric.CanaryP, "by its canaries"),
            }
        )
        {
            yield return $"  log10 p {what} (0.05 is -1.3)";
            foreach (
                var row in results.Summary.Where(row =>
                    row.Student == student && row.Metric == metric.Name && row.Budget == spec.Budgets[^1].Amount
                )
            )
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"    {Labels.Of(spec, row.Teacher, row.Method), -20} {row.Value, 7:0.00} [{row.CiLow:0.00}, "
                        + $"{row.CiHigh:0.00}]"
                );
        }
    }

    private static string WhyBlank(ExperimentSpec spec) =>
        spec.BudgetUnit.Unit != Summary.EqualCompute
            ? $"recovered is blank: it is defined at equal {Summary.EqualCompute}"
            : "recovered is blank: the gap to the teacher is within its interval";

    // Methods two by two, on the same seeds and items.
    private static IEnumerable<string> Differences(
        ExperimentSpec spec,
        Results results,
        ScoreTable scores,
        string task,
        Metric metric,
        string student
    )
    {
        var arms = Summary
            .Arms(results.Runs)
            .Where(arm => arm[0].Student == student && arm[0].Budget == spec.Budgets[^1].Amount)
            .ToDictionary(
                arm => Labels.Of(spec, arm[0].Teacher, arm[0].Method),
                arm =>
                    (
                        Seeds: arm.Select(run => run.Seed).ToArray(),
                        Scores: arm.Select(run => scores.Find(run.Run, task, metric.Name)).ToArray()
                    ),
                StringComparer.Ordinal
            );
        var methods = spec
            .Methods.Where(method => !method.IsBaseline)
            .SelectMany(method => spec.Teachers.Select(teacher => Labels.Of(spec, teacher.Name, method.Name)))
            .Where(label => arms.TryGetValue(label, out var found) && found.Scores.All(row => row is not null))
            .ToArray();
        // So many pairs say nothing in lines: the comparison table groups them.
        if (methods.Length > 4)
            yield break;
        for (var i = 0; i < methods.Length; i++)
        {
            for (var j = i + 1; j < methods.Length; j++)
            {
                if (!arms[methods[j]].Seeds.SequenceEqual(arms[methods[i]].Seeds))
                    continue;
                var (a, b) = (arms[methods[j]].Scores, arms[methods[i]].Scores);
                var difference = new HierarchicalBootstrap(a.Length, a[0]!.Count).Difference(a!, b!);
                var verdict = difference.Contains(0)
                    ? "no clear difference"
                    : $"{(difference.Value > 0 == metric.HigherIsBetter ? methods[j] : methods[i])} is better";
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {methods[j] + " - " + methods[i], -20} {difference.Value:+0.000;-0.000} "
                        + $"[{difference.Low:+0.000;-0.000}, {difference.High:+0.000;-0.000}]  {verdict}"
                );
            }
        }
    }

    private static string Line(string who, SummaryRow row, string rest)
    {
        var interval = row.CiLow is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"[{row.CiLow:0.000}, {row.CiHigh:0.000}]");
        return string.Create(CultureInfo.InvariantCulture, $"  {who, -20}  {row.Value:0.000} {interval, -16} {rest}")
            .TrimEnd();
    }
}
