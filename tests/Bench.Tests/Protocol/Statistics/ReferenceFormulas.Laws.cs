using System.Text.Json;
using Bench.Protocol.Statistics.Laws;
using Values = System.Collections.Generic.Dictionary<string, object?>;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>Fits of scaling laws.</summary>
internal static partial class ReferenceFormulas
{
    private static int CheckLaw(JsonElement e, Func<string, double> tolerance, Func<string, double> floor, string place)
    {
        var (sizes, tokens, losses) = (e.Numbers("parameters"), e.Numbers("tokens"), e.Numbers("loss"));
        LossPoint[] points = [.. sizes.Select((size, i) => new LossPoint(size, tokens[i], losses[i]))];
        var expected = e.GetProperty("expected");
        // Without noise the surface is flat at an objective of 0, and constants return to 1e-4 alone.
        var isExact = expected.GetProperty("huber").Number("objective") == 0;
        double Tolerance(string path) => isExact ? 1e-4 : tolerance(path);
        double Floor(string path) =>
            path.EndsWith(".objective", StringComparison.Ordinal) && isExact ? 1e-6 : floor(path);
        var compared = 0;
        foreach (var kind in expected.EnumerateObject().Where(kind => kind.Value.ValueKind == JsonValueKind.Object))
        {
            var given = kind.Value.Maybe("floor");
            var delta = kind.Name == "least_squares" ? double.PositiveInfinity : LawFit.Delta;
            var (law, objective) = new LawSearch(points, given, delta).Best()!.Value;
            compared += ReferenceValue.Compare(
                kind.Value,
                Fitted(points, law, objective, delta, kind.Value),
                Tolerance,
                Floor,
                $"{place}.{kind.Name}"
            );
        }

        var leftOut = e.GetProperty("leave_one_size_out");
        if (leftOut.GetArrayLength() == 0)
            return compared;
        var fit = LawFit.Of(points);
        Assert.Null(fit.Refusal);
        return compared
            + ReferenceValue.Compare(
                leftOut,
                fit.LeftOut.Select(size => LeftOut(points, size)),
                Tolerance,
                Floor,
                place
            )
            + ReferenceValue.Compare(
                e.GetProperty("rms_leave_one_size_out"),
                fit.RootMeanSquareLeftOut,
                Tolerance,
                Floor,
                $"{place}.rms_leave_one_size_out"
            );
    }

    private static Values Fitted(
        LossPoint[] points,
        ScalingLaw law,
        double objective,
        double delta,
        JsonElement expected
    )
    {
        double[] residuals = [.. points.Select(law.LogResidual)];
        var values = new Values
        {
            ["objective"] = objective,
            ["E"] = law.E,
            ["A"] = law.A,
            ["alpha"] = law.Alpha,
            ["B"] = law.B,
            ["beta"] = law.Beta,
            ["log_E"] = expected.Maybe("floor") is null ? Math.Log(law.E) : null,
            ["log_A"] = Math.Log(law.A),
            ["log_B"] = Math.Log(law.B),
            ["rms_log_residual"] = Math.Sqrt(residuals.Average(residual => residual * residual)),
            ["points_within_delta"] = residuals.Count(residual => Math.Abs(residual) <= delta),
            ["floor"] = expected.Maybe("floor"),
        };
        // They tell how the reference was searched, not where it ended.
        foreach (
            var search in (string[])
                ["starts", "starts_within_1e-6", "median_of_other_starts", "smallest_eigenvalue_of_hessian"]
        )
            values[search] = expected.Maybe(search);
        return values;
    }

    private static Values LeftOut(LossPoint[] points, LeftOutSize size)
    {
        var own = points.Where(point => point.Parameters == size.Parameters).ToArray();
        return new Values
        {
            ["left_out"] = size.Parameters,
            ["objective"] = size.Objective,
            ["E"] = size.Law.E,
            ["alpha"] = size.Law.Alpha,
            ["beta"] = size.Law.Beta,
            ["predictions"] = own.Select(point => size.Law.Loss(point.Parameters, point.Tokens)).ToArray(),
            ["rms_log_error"] = size.RootMeanSquare,
            ["mean_log_error"] = size.LogErrors.Average(),
        };
    }
}
