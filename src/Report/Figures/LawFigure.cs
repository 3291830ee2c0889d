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
            if (law.First().RmsLogResidual is { } own)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"  errors: {own:0.0%} fitted, {law.First().RmsLeftOutSizes:0.0%} of sizes left out, "
                        + $"{law.First().RmsLeftOutLargest:0.0%} of the largest"
                );
            foreach (var row in law)
            {
                yield return row.Refusal.Length > 0
                    ? $"  refused: {row.Refusal}"
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"  {row.Constant, -5} {row.Value:0.###e0} [{row.CiLow:0.###e0}, {row.CiHigh:0.###e0}]"
                    );
            }
        }

        foreach (var row in laws.Paybacks())
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"  {row.Student}, {row.FlopsLow:0.0e0} to {row.FlopsHigh:0.0e0} FLOPs: "
            ) + Paid(spec, row);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"    measured at {row.FlopsHigh:0.0e0}: {spec.Laws!.Distilled} less {spec.Laws.Supervised} "
                    + $"{row.MeasuredDifference:+0.000;-0.000}"
            );
        }
    }

    private static string Paid(ExperimentSpec spec, PaybackRow row) =>
        row.LowerByLaw.Length == 0 ? "a law is missing"
        : row.FlopsTotal is null ? $"{row.LowerByLaw} is lower all along"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{row.LowerByLaw} is lower from {row.FlopsTotal:0.0e0} on [{row.CiLow:0.0e0}, {row.CiHigh:0.0e0}]"
        );

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
        var lines = fit.Law is { } law
            ? sizes.ToDictionary(pair => pair.Key, pair => Line(points, tokens => law.Loss(pair.Value, tokens)))
            : [];
        new CurveFigure
        {
            X = "training tokens",
            Y = laws.Metric.Label,
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            References = laws.Floor is { } floor ? [new CurveFigure.Reference("teacher", floor)] : [],
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
        if (fit.Law is not null)
            DrawResiduals(spec, folder, results, laws, method);
    }

    // The errors of the law, and those of each size predicted from the others.
    private static void DrawResiduals(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        Laws laws,
        string method
    )
    {
        var fit = laws.Fit(method);
        var curves = new Dictionary<string, CurveFigure.Point[]>(StringComparer.Ordinal);
        foreach (var (name, size) in laws.Sizes.OrderBy(pair => pair.Value))
        {
            var own = fit.Points.Where(point => point.Parameters == size).OrderBy(point => point.Tokens).ToArray();
            if (own.Length == 0)
                continue;
            var without = fit.LeftOut.Single(left => left.Parameters == size).Law;
            curves[name] =
            [
                .. own.Select(point => new CurveFigure.Point(
                    X: point.Tokens,
                    Y: Math.Exp(without.LogResidual(point)) - 1,
                    Low: null,
                    High: null
                )),
            ];
        }

        new CurveFigure
        {
            X = "training tokens",
            Y = "predicted loss over measured loss, less 1",
            Curves = curves,
            Styles = MethodLook.Of(spec, curves.Keys),
            Tick = CurveFigure.Percent,
            References = [new CurveFigure.Reference("no error", 0)],
        }.Draw(folder, $"law-errors-{method}");
        Captions.Write(
            folder,
            $"law-errors-{method}",
            $"Errors of the law of {method} for each student, predicted by the law of the other sizes. Points that lie "
                + "on one side along a curve are structure that the law does not have.",
            spec,
            [.. results.Summary.Where(row => row.Method == method)],
            results
        );
    }

    private static IReadOnlyList<(double X, double Y)> Line(IReadOnlyList<LossPoint> points, Func<double, double> law)
    {
        var (low, high) = (Math.Log(points.Min(point => point.Tokens)), Math.Log(points.Max(point => point.Tokens)));
        return
        [
            .. Enumerable
                .Range(0, 41)
                .Select(i => Math.Exp(low + (high - low) * i / 40))
                .Select(tokens => (tokens, law(tokens))),
        ];
    }
}
