namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of summary.csv: one method at one budget over its seeds. IntervalMethod names the rule of the interval, Df the
/// degrees of freedom where it has one. The two shares of the gap to the teacher name their baseline in their names;
/// they are empty where the gap's interval holds 0, or the set of the share is unbounded; GapNote then says which.
/// Warning is "seeds-spread" where few seeds lie far apart.
/// </summary>
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
    string IntervalMethod,
    double? Df,
    double? RecoveredFromBefore,
    double? RecoveredFromBeforeLow,
    double? RecoveredFromBeforeHigh,
    double? RecoveredOverGold,
    double? RecoveredOverGoldLow,
    double? RecoveredOverGoldHigh,
    string GapNote,
    double? ShareOverChance,
    double? ShareOverChanceLow,
    double? ShareOverChanceHigh,
    double? FlopsTotal,
    double? Usd,
    double? UsdList,
    string Warning
);
