namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of contrasts.csv: the paired difference of two methods on the same seeds and items. P is that of the two-term
/// rule, PHolm adjusted over Tests contrasts: all declared ones of the task and metric, or the primary one alone at the
/// largest budget. Both are empty below three seeds. PSignFlip is over seeds alone, from six on. PMcnemar compares the
/// models of one seed, McnemarSeed, where items are right or wrong. Detectable is the least difference that so many
/// seeds find with a chance of 80%, by the spread of these.
/// </summary>
public sealed record ContrastRow(
    string Task,
    string Metric,
    string Student,
    string BudgetUnit,
    double Budget,
    string Of,
    string Against,
    bool Primary,
    long Seeds,
    long Items,
    double Difference,
    double? CiLow,
    double? CiHigh,
    string IntervalMethod,
    double? Df,
    double? P,
    double? PHolm,
    long Tests,
    double? PSignFlip,
    double? PMcnemar,
    long? McnemarSeed,
    double? SeedSd,
    double? Detectable,
    string Warning
);
