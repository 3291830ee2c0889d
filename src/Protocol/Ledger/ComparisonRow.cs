namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of comparison.csv: one method beside the others of its task, student and budget. Methods that share a letter
/// in Group do not differ; PBest is the larger of the two adjusted p against the best, PMcnemar that of McNemar's exact
/// test of the first seed's models against the best's, adjusted too; Frontier tells whether no other method and budget
/// is at once cheaper and better.
/// </summary>
public sealed record ComparisonRow(
    string Task,
    string Metric,
    string Student,
    string BudgetUnit,
    double Budget,
    string Teacher,
    string Method,
    long Seeds,
    long Items,
    double Value,
    double? CiLow,
    double? CiHigh,
    double? Recovered,
    double? RecoveredLow,
    double? RecoveredHigh,
    double? FlopsTotal,
    bool Frontier,
    string Group,
    double? PBest,
    double? PMcnemar
);
