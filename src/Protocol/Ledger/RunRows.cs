namespace Bench.Protocol.Ledger;

/// <summary>The rows of runs, table by table, as they are gathered.</summary>
internal sealed class RunRows
{
    internal List<RunRow> Runs { get; } = [];

    internal List<ScoreRow> Scores { get; } = [];

    internal List<ItemRow> Items { get; } = [];

    internal List<ChargeRow> Charges { get; } = [];

    internal List<CurveRow> Curves { get; } = [];

    internal List<SampleRow> Samples { get; } = [];
}
