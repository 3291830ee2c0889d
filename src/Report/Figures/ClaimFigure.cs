using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
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
        var baselines = spec
            .Methods.Where(method => method.IsBaseline)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        return results
            .Summary.Where(row =>
                row.Task == task.Name
                && row.Metric == task.Task.Metrics[0].Name
                && row.Student == student.Name
                && !baselines.Contains(row.Method)
                && row.UsdList > 0
                && row.RecoveredFromBefore is not null
            )
            .GroupBy(row => Labels.Of(spec, row.Teacher, row.Method))
            .ToDictionary(
                curve => curve.Key,
                curve =>
                    curve
                        .OrderBy(row => row.UsdList)
                        .Select(row => new CurveFigure.Point(
                            row.UsdList!.Value,
                            row.RecoveredFromBefore!.Value,
                            row.RecoveredFromBeforeLow,
                            row.RecoveredFromBeforeHigh
                        ))
                        .ToArray()
            );
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
            X = "list price of a student (US dollars)",
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
