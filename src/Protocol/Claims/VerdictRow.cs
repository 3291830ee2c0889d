namespace Bench.Protocol.Claims;

/// <summary>A row of verdicts.csv.</summary>
public sealed record VerdictRow(
    string Run,
    string Verdict,
    string Reason,
    double? StatedCostUsd,
    double? MarketCostLowUsd,
    double? MarketCostHighUsd,
    string Missing
)
{
    /// <summary>The row of a run.</summary>
    public static VerdictRow Of(RunCheck check) =>
        new(
            Run: check.Run,
            Verdict: Name(check.Verdict),
            Reason: check.Reason,
            StatedCostUsd: check.StatedCost,
            MarketCostLowUsd: check.MarketCost?.Low,
            MarketCostHighUsd: check.MarketCost?.High,
            Missing: string.Join("; ", check.Missing)
        );

    /// <summary>A verdict as it is written.</summary>
    public static string Name(Claims.Verdict verdict) =>
        verdict == Claims.Verdict.UnderDetermined ? "under-determined" : verdict.ToString().ToLowerInvariant();
}
