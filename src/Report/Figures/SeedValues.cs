using Bench.Protocol.Ledger;

namespace Bench.Report.Figures;

/// <summary>The values of single seeds behind the means of the summary.</summary>
internal sealed class SeedValues(Results results)
{
    private readonly ILookup<(string, string, string, double?, string, string), double> values = results
        .Scores.Join(
            results.Runs,
            score => score.Run,
            run => run.Run,
            (score, run) => ((run.Teacher, run.Student, run.Method, run.Budget, score.Task, score.Metric), score.Value)
        )
        .ToLookup(pair => pair.Item1, pair => pair.Value);

    /// <summary>A row of the summary as a point of a curve.</summary>
    internal CurveFigure.Point Point(double x, SummaryRow row) =>
        new(X: x, Y: row.Value, Low: row.CiLow, High: row.CiHigh, Seeds: Of(row));

    /// <summary>Of the runs that a row is the mean of.</summary>
    internal IReadOnlyList<double> Of(SummaryRow row) =>
        [.. values[(row.Teacher, row.Student, row.Method, row.Budget, row.Task, row.Metric)]];
}
