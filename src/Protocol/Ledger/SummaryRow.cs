namespace Bench.Protocol.Ledger;

/// <summary>A row of summary.csv: one method at one budget over its seeds.</summary>
public sealed record SummaryRow(
    string Teacher,
    string Student,
    string Method,
    string BudgetUnit,
    double? Budget,
    string Task,
    string Metric,
    long Seeds,
    long Items,
    double Value,
    double? CiLow,
    double? CiHigh,
    double? Recovered,
    double? RecoveredLow,
    double? RecoveredHigh,
    double? FlopsTotal,
    double? Usd
);
