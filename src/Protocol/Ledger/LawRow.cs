namespace Bench.Protocol.Ledger;

/// <summary>A row of laws.csv: a constant of a law fitted to a method's losses, or why the law was refused.</summary>
public sealed record LawRow(
    string Law,
    string Method,
    string Metric,
    long Points,
    double? RelativeRms,
    string Constant,
    double? Value,
    double? CiLow,
    double? CiHigh,
    string Refusal
);
