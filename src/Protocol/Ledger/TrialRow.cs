namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of trials.csv: what one learning rate reached on validation items of one task while it was tuned; no value
/// where training diverged. Chosen is the one that the method's students were trained with, Edge whether it is the
/// least or the largest that was tried, so that a better one may lie beyond.
/// </summary>
public sealed record TrialRow(
    string Run,
    string Teacher,
    string Student,
    string Method,
    double LearningRate,
    string BudgetUnit,
    double Budget,
    long Seed,
    string Task,
    string Metric,
    long Items,
    double? Value,
    bool Chosen,
    bool Edge
);
