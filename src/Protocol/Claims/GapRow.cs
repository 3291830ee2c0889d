namespace Bench.Protocol.Claims;

/// <summary>
/// A row of gaps.csv: the gap to the teacher that a run recovered on a benchmark, and what a point cost.
/// </summary>
public sealed record GapRow(
    string Run,
    string Part,
    string Benchmark,
    string Metric,
    double Recovered,
    double? CostUsd,
    string CostBasis,
    double? UsdPerPoint
)
{
    /// <summary>The rows of a run. Where no cost is stated, the middle of the market's range stands for it.</summary>
    public static IEnumerable<GapRow> Of(RunCheck check)
    {
        double? market = check.MarketCost is { } range ? Math.Sqrt(range.Low * range.High) : null;
        return check.Gaps.Select(gap => new GapRow(
            Run: check.Run,
            Part: gap.Part,
            Benchmark: gap.Benchmark,
            Metric: gap.Metric,
            Recovered: gap.Recovered,
            CostUsd: check.StatedCost ?? market,
            CostBasis: check.StatedCost is not null ? "stated"
                : market is not null ? "market, geometric mean of lowest and highest"
                : "",
            UsdPerPoint: gap.UsdPerPoint
        ));
    }
}
