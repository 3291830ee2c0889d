namespace Bench.Protocol.Ledger;

/// <summary>A row of use-items.csv.gz: what a run's model in a format scored on an item.</summary>
public sealed record UseItemRow(string Run, string Format, string Task, string Metric, long Item, double Score);
