using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Laws;
using Bench.Report.Style;

namespace Bench.Report.Figures;

/// <summary>
/// Measured losses over training tokens with the fitted laws through them: points are students, colours are methods,
/// lines are the law at each size.
/// </summary>
internal static class LawFigure
{
    internal static void Write(ExperimentSpec spec, ResultsFolder folder, Results results)
    {
        if (Laws.Of(spec, results) is not { } laws)
            return;
        folder.WriteTable("laws.csv", laws.Rows());
        folder.WriteTable("payback.csv", laws.Paybacks());
        foreach (var method in (string[])[spec.Laws!.Supervised, spec.Laws.Distilled])
            Draw(spec, folder, results, laws, method);
    }

    /// <summary>The laws in words.</summary>
    internal static IEnumerable<string> Lines(ExperimentSpec spec, Results results)
    {
        if (Laws.Of(spec, results) is not { } laws)
            yield break;
        foreach (var law in laws.Rows().GroupBy(row => (row.Law, row.Method)))
        {
            yield return "";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{law.Key.Law} of {law.Key.Method}, {law.First().Points} points"
            );
            foreach (var row in law)
            {
                yield return row.Refusal.Length > 0
                    ? $"  refused: {row.Refusal}"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {row.Constant, -3} {row.Value:0.###e0} [{row.CiLow:0.###e0}, {row.CiHigh:0.###e0}]"
                    );
            }
        }

        foreach (var row in laws.Paybacks())
        {
            yield return row.FlopsTotal is null
                ? $"  {row.Student}: {row.Beyond} has the lower loss at every total cost considered"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {row.Student}: beyond {row.FlopsTotal:0.0e0} total FLOPs {row.Beyond} has the lower loss"
                );
        }
    }

    private static void Draw(ExperimentSpec spec, ResultsFolder folder, Results results, Laws laws, string method)
    {
        var (points, fit) = (laws.Points(method), laws.Fit(method));
        if (points.Count == 0)
            return;
        var sizes = laws.Sizes.OrderBy(pair => pair.Value).ToArray();
        var curves = sizes.ToDictionary(
            pair => $"{pair.Key}",
            pair =>
                points
                    .Where(point => point.Parameters == pair.Value)
                    .OrderBy(point => point.Tokens)
                    .Select(point => new CurveFigure.Point(point.Tokens, point.Loss, null, null))
                    .ToArray()
        );
        var lines = fit.Refusal is null
            ? sizes.ToDictionary(
                pair => pair.Key,
                pair => Line(points, point => fit.Predict(point with { Parameters = pair.Value }))
            )
            : [];
        var references = new List<CurveFigure.Reference> { new("teacher", points[0].TeacherLoss) };
        new CurveFigure
        {
            X = "training tokens",
            Y = laws.Metric.Label,
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            References = references,
            Lines = lines,
        }.Draw(folder, $"law-{method}");
        Captions.Write(
            folder,
            $"law-{method}",
            $"{laws.Metric.Label} of students that learn by {method}, against training tokens, one colour for each "
                + $"student"
                + (fit.Refusal is null ? "; lines are the fitted law." : $". No law is drawn: {fit.Refusal}."),
            spec,
            [.. results.Summary.Where(row => row.Method == method)],
            results
        );
    }

    private static IReadOnlyList<(double X, double Y)> Line(
        IReadOnlyList<LossPoint> points,
        Func<LossPoint, double> law
    )
    {
        var (low, high) = (Math.Log(points.Min(point => point.Tokens)), Math.Log(points.Max(point => point.Tokens)));
        return
        [
            .. Enumerable
                .Range(0, 41)
                .Select(i => Math.Exp(low + (high - low) * i / 40))
                .Select(tokens => (tokens, law(points[0] with { Tokens = tokens }))),
        ];
    }
}
