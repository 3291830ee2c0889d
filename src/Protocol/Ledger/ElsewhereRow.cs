namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of elsewhere.csv: a run's part of a teacher's work that was done elsewhere, between two bounds. A figure
/// that is not known is empty, never 0. Work is written (the tokens that the run learnt from), selected away (rows
/// that were
/// written and not kept) or trained. InBoundary says whether the experiment's boundary counts it.
/// </summary>
public sealed record ElsewhereRow(
    string Run,
    string Teacher,
    string Work,
    bool InBoundary,
    double? TokensLow,
    double? TokensHigh,
    double? FlopsLow,
    double? FlopsHigh,
    double? UsdLow,
    double? UsdHigh,
    string Reason
)
{
    /// <summary>The table's file.</summary>
    public const string File = "elsewhere.csv";
}
