using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Intervals;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// The share of the gap from the student before to its teacher that a method recovers, over what it cost in dollars,
/// with what a published claim says of itself beside it.
/// </summary>
internal static class ClaimFigure
{
    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        if (spec.As is not { Usd: { } usd, Recovered: { Count: > 0 } gaps } claim)
            return;
        var published = gaps
            .Values.Select(gap => new CurveFigure.Point(usd, gap, null, null))
            .OrderBy(point => point.Y)
            .ToArray();
        foreach (var task in spec.Tasks)
        foreach (var student in spec.Students)
        {
            var curves = Curves(spec, results, task, student);
            if (curves.Count == 0)
                continue;
            curves[claim.Claim] = published;
            Draw(spec, folder, results, task.Name, student.Name, curves);
        }
    }

    // Each method's points, in the order of their cost.
    private static Dictionary<string, CurveFigure.Point[]> Curves(
        ExperimentSpec spec,
        Results results,
        TaskSpec task,
        StudentSpec student
    )
    {
        var scores = new ScoreTable(results.Items);
        var before = results
            .Runs.Where(run => run.Student == student.Name && run.Budget is null && run.Status == "ok")
            .ToDictionary(run => run.Seed!.Value);
        var baselines = spec
            .Methods.Where(method => method.IsBaseline)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        return Summary
            .Arms(results.Runs)
            .Where(arm =>
                !baselines.Contains(arm[0].Method)
                && arm[0].Student == student.Name
                && arm[0].Budget is not null
                && arm.All(run => run.Usd > 0 && before.ContainsKey(run.Seed!.Value))
            )
            .Select(arm => (Run: arm[0], Point: Recovered(spec, results, scores, task, arm, before)))
            .Where(arm => arm.Point is not null)
            .GroupBy(arm => Labels.Of(spec, arm.Run.Teacher, arm.Run.Method), arm => arm.Point!)
            .ToDictionary(curve => curve.Key, curve => curve.OrderBy(point => point.X).ToArray());
    }

    // The share of the gap that an arm recovers, over its cost; null where a score is missing or there is no gap.
    private static CurveFigure.Point? Recovered(
        ExperimentSpec spec,
        Results results,
        ScoreTable scores,
        TaskSpec task,
        IReadOnlyList<RunRow> arm,
        Dictionary<long, RunRow> before
    )
    {
        var metric = task.Task.Metrics[0];
        var teacher = results.Runs.FirstOrDefault(run =>
            run.Student.Length == 0 && (run.Teacher == arm[0].Teacher || spec.Teachers.Count == 1)
        );
        if (teacher is null || scores.Find(teacher.Run, task.Name, metric.Name) is not { } best)
            return null;
        var own = arm.Select(run => scores.Find(run.Run, task.Name, metric.Name)).ToArray();
        var floor = arm.Select(run => scores.Find(before[run.Seed!.Value].Run, task.Name, metric.Name)).ToArray();
        if (own.Concat(floor).Any(row => row?.Count != best.Count))
            return null;
        var gap = new HierarchicalBootstrap(arm.Count, best.Count).Recovered(best, floor!, own!, metric.HigherIsBetter);
        return gap is { } recovered
            ? new(arm.Average(run => run.Usd!.Value), recovered.Value, recovered.Low, recovered.High)
            : null;
    }

    private static void Draw(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        string task,
        string student,
        Dictionary<string, CurveFigure.Point[]> curves
    )
    {
        var name =
            "recovered-beside-claim"
            + (spec.Tasks.Count > 1 ? "-" + task : "")
            + (spec.Students.Count > 1 ? "-" + student : "");
        new CurveFigure
        {
            X = "cost of a student (US dollars)",
            Y = "gap to the teacher recovered",
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            Tick = CurveFigure.Percent,
            NamedAtOwnEnds = true,
            References = [new CurveFigure.Reference("teacher", 1), new CurveFigure.Reference("student before", 0)],
        }.Draw(folder, name);
        Captions.Write(
            folder,
            name,
            $"Share of the gap between student {student} before and its teacher on {task} that each "
                + $"method recovers, against dollars for one student; beside it {spec.As!.Claim}, one point for "
                + $"each of its benchmarks, by its published scores; its dollars are those it states, or the "
                + $"middle of the market's range where it states none. "
                + "They are of very different scale and of different tasks, and the claim has no interval: what "
                + "holds for the laboratory's students need not hold for it, and the figure is no test of it.",
            spec,
            [.. results.Summary.Where(row => row.Student == student && row.Task == task)],
            results
        );
    }
}
