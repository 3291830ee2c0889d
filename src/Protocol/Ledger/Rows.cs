namespace Bench.Protocol.Ledger;

/// <summary>A row of runs.csv: one unit of work whose result is measured.</summary>
public sealed record RunRow(
    string Run, string Experiment, long Schema, string Teacher, string Student, string Method, string BudgetUnit, double? Budget, long? Seed,
    string Status, string Error, long? StudentParams, long? Steps, long? Examples, long? TokensTrained, long? TeacherTokens, long? TeacherQueries,
    double? FlopsStudent, double? FlopsTeacher, double? FlopsTotal, double? Seconds, double? Joules, double? Usd, long? PeakRssBytes,
    string Device, string Provider, string Commit, bool Dirty, string StartedUtc);

/// <summary>A row of scores.csv: one metric of one run on one task. Value is Sum / N.</summary>
public sealed record ScoreRow(string Run, string Task, string Metric, long N, double Sum, double Value, double? Stderr);

/// <summary>A row of items.csv.gz: one item's score.</summary>
public sealed record ItemRow(string Run, string Task, long Item, string Metric, double Score);

/// <summary>A row of charges.csv: what one kind of work cost a run.</summary>
public sealed record ChargeRow(string Run, string Kind, long Tokens, double Flops, double Seconds, double? Joules, double? Usd);

/// <summary>A row of summary.csv: one method at one budget over its seeds.</summary>
public sealed record SummaryRow(
    string Teacher, string Student, string Method, string BudgetUnit, double? Budget, string Task, string Metric, long Seeds, long Items,
    double Value, double? CiLow, double? CiHigh, double? Recovered, double? RecoveredLow, double? RecoveredHigh, double? FlopsTotal, double? Usd);
