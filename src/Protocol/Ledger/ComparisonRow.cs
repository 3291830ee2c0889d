namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of comparison.csv: one method beside the others of its task, student and budget, best first. Difference is
/// that of its contrast against the method in Against, with its interval and p (contrasts.csv tells all of them).
/// Methods that share a letter in Group are not told apart; it is empty where so few seeds allow no letters. Frontier
/// tells whether no other method and budget is at once cheaper and better.
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
    string IntervalMethod,
    double? Df,
    string Against,
    double? Difference,
    double? DifferenceLow,
    double? DifferenceHigh,
    double? PHolm,
    double? RecoveredFromBefore,
    double? RecoveredFromBeforeLow,
    double? RecoveredFromBeforeHigh,
    double? RecoveredOverGold,
    double? RecoveredOverGoldLow,
    double? RecoveredOverGoldHigh,
    double? FlopsTotal,
    bool Frontier,
    string Group,
    string Warning
);
