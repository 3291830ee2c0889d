namespace Bench.Protocol.Ledger;

/// <summary>A row of scores.csv: one metric of one run on one task. Value is Sum / N.</summary>
public sealed record ScoreRow(string Run, string Task, string Metric, long N, double Sum, double Value, double? Stderr);
