namespace Bench.Protocol.Claims;

/// <summary>A row of verdicts.csv: a run's verdict, and the bounds of what it took.</summary>
public sealed record VerdictRow(
    string Run,
    string Verdict,
    string Reason,
    double? UsdLow,
    double? UsdHigh,
    double? GpuHoursLow,
    double? GpuHoursHigh,
    double? FlopsLow,
    double? FlopsHigh,
    double? UtilisationLow,
    double? UtilisationHigh,
    double? StatedCostUsd,
    double? MarketCostLowUsd,
    double? MarketCostHighUsd,
    string NotFound,
    string Sources
)
{
    /// <summary>The row of a run.</summary>
    public static VerdictRow Of(RunCheck check) =>
        new(
            Run: check.Run,
            Verdict: Name(check.Verdict),
            Reason: check.Reason,
            UsdLow: check.Dollars?.Low,
            UsdHigh: check.Dollars?.High,
            GpuHoursLow: check.GpuHours?.Low,
            GpuHoursHigh: check.GpuHours?.High,
            FlopsLow: check.Flops?.Low,
            FlopsHigh: check.Flops?.High,
            UtilisationLow: check.Utilisation?.Low,
            UtilisationHigh: check.Utilisation?.High,
            StatedCostUsd: check.StatedCost,
            MarketCostLowUsd: check.MarketCost?.Low,
            MarketCostHighUsd: check.MarketCost?.High,
            NotFound: string.Join("; ", check.Absent),
            Sources: string.Join("; ", check.Sources)
        );

    /// <summary>A verdict as it is written.</summary>
    public static string Name(Claims.Verdict verdict) =>
        verdict switch
        {
            Claims.Verdict.ContradictsItself => "contradicts itself",
            Claims.Verdict.OutsideEveryPlausibleRange => "outside every plausible range",
            _ => "inside",
        };
}
