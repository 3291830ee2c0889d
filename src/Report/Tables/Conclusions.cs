using System.Globalization;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
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
        var compared = ComparedResults.Of(spec, results);
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
                lines.Add($"  {"", -20}  {"mean [95% interval]", -22} total FLOPs  recovered");
                lines.AddRange(Reached(spec, results, task.Name, metric, student.Name));
                lines.AddRange(Spread(results, task.Name, metric.Name, student.Name));
                lines.AddRange(Detected(spec, results, student.Name));
                lines.AddRange(Differences(compared, task.Name, metric, student.Name));
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
        lines.AddRange(
            ElsewhereText.Lines(spec, results, reasons: false).Select(line => TextWrap.Wrapped(line, 78).TrimEnd())
        );
        lines.AddRange(Pilot(results));
        return lines;
    }

    private static IEnumerable<string> Pilot(Results results)
    {
        if (results.Pilots.Count > 0)
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"a pilot of {results.Pilots.Count} runs ({results.Pilots.Sum(run => run.FlopsTotal ?? 0):0.0e0} "
                    + $"FLOPs) is in no total and no table"
            );
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
            var recovered = row.RecoveredFromBefore is null
                ? ""
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Labels.Percent(row.RecoveredFromBefore)}% [{Labels.Percent(row.RecoveredFromBeforeLow)}, "
                        + $"{Labels.Percent(row.RecoveredFromBeforeHigh)}]"
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
    }

    private static IEnumerable<string> Spread(Results results, string task, string metric, string student)
    {
        var warnings = results
            .Summary.Where(row => row.Task == task && row.Metric == metric && row.Student == student)
            .Select(row => row.Warning);
        if (ContrastText.Warned(warnings) is { Length: > 0 } warned)
            yield return "  "
                + TextWrap.Wrapped($"{ContrastText.WarningMark} {warned}", 76).TrimEnd().ReplaceLineEndings("\n  ");
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

    // The contrasts at the largest budget, the primary one first.
    private static IEnumerable<string> Differences(ComparedResults compared, string task, Metric metric, string student)
    {
        foreach (var row in compared.At(task, student, compared.Spec.Budgets[^1].Amount))
        {
            yield return $"  {ContrastText.Pair(row)}{(row.Primary ? " (primary)" : "")}: "
                + ContrastText.Verdict(row, metric);
            yield return $"    {ContrastText.Difference(row)}, p {ContrastText.P(row.PHolm)}";
        }
    }

    private static string Line(string who, SummaryRow row, string rest)
    {
        var interval = row.CiLow is null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"[{row.CiLow:0.000}, {row.CiHigh:0.000}]")
                + (row.Warning.Length > 0 ? ContrastText.WarningMark : "");
        return string.Create(CultureInfo.InvariantCulture, $"  {who, -20}  {row.Value:0.000} {interval, -17} {rest}")
            .TrimEnd();
    }
}
