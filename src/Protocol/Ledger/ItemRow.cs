namespace Bench.Protocol.Ledger;

/// <summary>A row of items.csv.gz: one item's score.</summary>
public sealed record ItemRow(string Run, string Task, long Item, string Metric, double Score);
