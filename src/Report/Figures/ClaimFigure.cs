using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics;
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
        var scores = new ScoreTable(results.Items);
        foreach (var (task, student) in spec.Tasks.SelectMany(task => spec.Students.Select(student => (task, student))))
        {
            var (metric, curves) = (
                task.Task.Metrics[0],
                new Dictionary<string, List<CurveFigure.Point>>(StringComparer.Ordinal)
            );
            var before = results
                .Runs.Where(run => run.Student == student.Name && run.Budget is null && run.Status == "ok")
                .ToDictionary(run => run.Seed!.Value);
            var baselines = spec
                .Methods.Where(method => method.IsBaseline)
                .Select(method => method.Name)
                .ToHashSet(StringComparer.Ordinal);
            foreach (
                var arm in Summary
                    .Arms(results.Runs)
                    .Where(arm =>
                        !baselines.Contains(arm[0].Method)
                        && arm[0].Student == student.Name
                        && arm[0].Budget is not null
                        && arm.All(run => run.Usd > 0 && before.ContainsKey(run.Seed!.Value))
                    )
            )
            {
                var teacher = results.Runs.FirstOrDefault(run =>
                    run.Student.Length == 0 && (run.Teacher == arm[0].Teacher || spec.Teachers.Count == 1)
                );
                var (own, floor) = (
                    arm.Select(run => scores.Find(run.Run, task.Name, metric.Name)).ToArray(),
                    arm.Select(run => scores.Find(before[run.Seed!.Value].Run, task.Name, metric.Name)).ToArray()
                );
                if (
                    teacher is null
                    || scores.Find(teacher.Run, task.Name, metric.Name) is not { } best
                    || own.Concat(floor).Any(row => row?.Count != best.Count)
                )
                    continue;
                if (
                    new HierarchicalBootstrap(arm.Count, best.Count).Recovered(
                        best,
                        floor!,
                        own!,
                        metric.HigherIsBetter
                    )
                    is not { } recovered
                )
                    continue;
                var label = Labels.Of(spec, arm[0].Teacher, arm[0].Method);
                if (!curves.TryGetValue(label, out var points))
                    curves[label] = points = [];
                points.Add(
                    new CurveFigure.Point(
                        arm.Average(run => run.Usd!.Value),
                        recovered.Value,
                        recovered.Low,
                        recovered.High
                    )
                );
            }

            if (curves.Count == 0)
                continue;
            var drawn = curves.ToDictionary(
                curve => curve.Key,
                curve => curve.Value.OrderBy(point => point.X).ToArray()
            );
            drawn[claim.Claim] =
            [
                .. gaps.Values.Select(gap => new CurveFigure.Point(usd, gap, null, null)).OrderBy(point => point.Y),
            ];
            var name =
                $"recovered-beside-clai"
                + $"m{(spec.Tasks.Count > 1 ? "-" + task.Name : "")}"
                + $"{(spec.Students.Count > 1 ? "-" + student.Name : "")}";
            new CurveFigure
            {
                X = "cost of a student (US dollars)",
                Y = "gap to the teacher recovered",
                Curves = drawn,
                Styles = MethodLook.Of(spec, drawn.Keys),
                Tick = CurveFigure.Percent,
                NamedAtOwnEnds = true,
                References = [new CurveFigure.Reference("teacher", 1), new CurveFigure.Reference("student before", 0)],
            }.Draw(folder, name);
            Captions.Write(
                folder,
                name,
                $"Share of the gap between student {student.Name} before and its teacher on {task.Name} that each "
                    + $"method recovers, against dollars for one student; beside it {claim.Claim}, one point for "
                    + $"each of its benchmarks, by its published scores; its dollars are those it states, or the "
                    + $"middle of the market's range where it states none. "
                    + "They are of very different scale and of different tasks, and the claim has no interval: what "
                    + "holds for the laboratory's students need not hold for it, and the figure is no test of it.",
                spec,
                [.. results.Summary.Where(row => row.Student == student.Name && row.Task == task.Name)],
                results
            );
        }
    }
}
