namespace Bench.Protocol.Ledger;

/// <summary>The rows that a ledger holds already, by run.</summary>
internal sealed class RecordedRows(Results results)
{
    private readonly ILookup<string, RunRow> runs = ByRun(results.Runs, row => row.Run);
    private readonly ILookup<string, ScoreRow> scores = ByRun(results.Scores, row => row.Run);
    private readonly ILookup<string, ItemRow> items = ByRun(results.Items, row => row.Run);
    private readonly ILookup<string, ChargeRow> charges = ByRun(results.Charges, row => row.Run);
    private readonly ILookup<string, CurveRow> curves = ByRun(results.Curves, row => row.Run);
    private readonly ILookup<string, SampleRow> samples = ByRun(results.Samples, row => row.Run);

    /// <summary>Adds a run's rows to others.</summary>
    internal void CopyTo(RunRows rows, string run)
    {
        rows.Runs.AddRange(runs[run]);
        rows.Scores.AddRange(scores[run]);
        rows.Items.AddRange(items[run]);
        rows.Charges.AddRange(charges[run]);
        rows.Curves.AddRange(curves[run]);
        rows.Samples.AddRange(samples[run]);
    }

    private static ILookup<string, T> ByRun<T>(IEnumerable<T> rows, Func<T, string> run) =>
        rows.ToLookup(run, StringComparer.Ordinal);
}
