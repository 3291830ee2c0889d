namespace Bench.Protocol.Claims;

/// <summary>
/// A row of open.csv: a quantity that a run's sources leave open, the range that is assumed of it with its reason, and
/// the factor between the bounds of the stage's cost, with and without it.
/// </summary>
public sealed record OpenRow(
    string Run,
    string Part,
    string Quantity,
    double? Low,
    double? High,
    string Reason,
    double? UsdFactor,
    double? UsdFactorIfKnown
)
{
    /// <summary>The rows of a run.</summary>
    public static IEnumerable<OpenRow> Of(RunCheck check) =>
        check.Open.Select(open => new OpenRow(
            Run: check.Run,
            Part: open.Part,
            Quantity: open.Name,
            Low: open.Bounds?.Low,
            High: open.Bounds?.High,
            Reason: open.Reason,
            UsdFactor: open.Factor,
            UsdFactorIfKnown: open.FactorIfKnown
        ));
}
