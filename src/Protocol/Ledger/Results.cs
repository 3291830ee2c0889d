namespace Bench.Protocol.Ledger;

/// <summary>Everything that results/&lt;name&gt; says in tables.</summary>
public sealed record Results(
    IReadOnlyList<RunRow> Runs, IReadOnlyList<ScoreRow> Scores, IReadOnlyList<ItemRow> Items, IReadOnlyList<ChargeRow> Charges, IReadOnlyList<SummaryRow> Summary)
{
    public static Results Empty { get; } = new([], [], [], [], []);
}
