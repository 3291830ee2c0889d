namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of runs.csv: one unit of work whose result is measured. How often it was tried was not recorded at first.
/// </summary>
public sealed record RunRow(
    string Run,
    string Experiment,
    long Schema,
    string Teacher,
    string Student,
    string Method,
    string BudgetUnit,
    double? Budget,
    long? Seed,
    string Status,
    string Error,
    long? StudentParams,
    long? Steps,
    long? Examples,
    long? TokensTrained,
    long? TeacherTokens,
    long? TeacherQueries,
    double? FlopsStudent,
    double? FlopsTeacher,
    double? FlopsTotal,
    double? Seconds,
    double? Joules,
    double? Usd,
    long? PeakRssBytes,
    string Device,
    string Tensors,
    string Commit,
    bool Dirty,
    string StartedUtc,
    long? Attempts = null
);
