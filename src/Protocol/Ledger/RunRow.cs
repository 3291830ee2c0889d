namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of runs.csv: one unit of work whose result is measured. Status is ok, failed or pilot; a pilot's runs enter no
/// comparison. Usd is the rent of the measured seconds inside the boundary, UsdList the list price of the FLOPs,
/// GpuHours the seconds of a GPU; joules are read from a meter or empty. Source says whose run it is: bench. The last
/// columns
/// were not recorded at first.
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
    long? Attempts = null,
    string Source = "",
    double? GpuHours = null,
    double? UsdList = null
)
{
    /// <summary>The status of a pilot's run.</summary>
    public const string Pilot = "pilot";

    /// <summary>The source of a run that was made here.</summary>
    public const string Bench = "bench";

    /// <summary>The status of a run that went well.</summary>
    public const string Ok = "ok";
}
