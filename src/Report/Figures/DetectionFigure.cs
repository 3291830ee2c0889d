using Bench.Protocol.Detection;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// How sure a teacher's owner can be, over the number of probed tokens, and how often the same test errs.
/// </summary>
internal static class DetectionFigure
{
    internal static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        if (spec.Evaluation.Detection is not { } detection)
            return;
        foreach (var student in spec.Students)
        {
            var suffix = spec.Students.Count > 1 ? "-" + student.Name : "";
            Over(
                spec,
                folder,
                results,
                student,
                detection,
                Metric.WatermarkP,
                "watermark-log10-p-over-tokens" + suffix,
                "log10 p of the watermark test, by the owner's key,",
                [new("p = 0.05", Math.Log10(DetectionSpec.Level)), new("p = 10⁻⁵", -5)]
            );
            Over(
                spec,
                folder,
                results,
                student,
                detection,
                Metric.WatermarkAlarms,
                "watermark-alarms-over-tokens" + suffix,
                $"Share of {detection.OtherKeys} keys that nobody used for which the watermark test gives p below "
                    + $"{DetectionSpec.Level},",
                [new("the level of the test", DetectionSpec.Level)]
            );
        }
    }

    private static void Over(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        StudentSpec student,
        DetectionSpec detection,
        Func<int, Metric> metric,
        string name,
        string what,
        IReadOnlyList<CurveFigure.Reference> references
    )
    {
        // Methods with canaries are the other test's.
        var planted = spec
            .Methods.Where(method => method.Sampling?.Canaries is not null)
            .Select(method => method.Name)
            .ToHashSet(StringComparer.Ordinal);
        var places = detection.Probes.ToDictionary(tokens => metric(tokens).Name, tokens => (double)tokens);
        var rows = results
            .Summary.Where(row =>
                row.Student == student.Name
                && row.Budget == spec.Budgets[^1].Amount
                && places.ContainsKey(row.Metric)
                && !planted.Contains(row.Method)
            )
            .ToArray();
        var seeds = new SeedValues(results);
        var curves = rows.GroupBy(row => Labels.Of(spec, row.Teacher, row.Method))
            .ToDictionary(
                group => group.Key,
                group => group.Select(row => seeds.Point(places[row.Metric], row)).OrderBy(point => point.X).ToArray()
            );
        if (curves.Count == 0)
            return;
        new CurveFigure
        {
            X = "probed tokens",
            Y = metric(detection.Probes[0]).Label,
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            References = references,
        }.Draw(folder, name);
        Captions.Write(
            folder,
            name,
            $"{what} against the number of tokens of unmarked text that student {student.Name} was probed with. Each "
                + $"pair of a token and the next one predicted counts once.",
            spec,
            rows,
            results
        );
    }
}
