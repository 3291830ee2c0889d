using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Claims;

/// <summary>
/// A row of gaps.csv: the gap to the teacher on a benchmark, with binomial intervals of so many items (unpaired, and at
/// the best pairing), the share of it that a run recovered, and the price of a point. Recovered is empty where the
/// unpaired interval of the gap holds 0; its bounds are empty where the items are not known.
/// </summary>
public sealed record GapRow(
    string Run,
    string Part,
    string Benchmark,
    string Metric,
    long? Items,
    double? Gap,
    double? GapLow,
    double? GapHigh,
    double? GapPairedLow,
    double? GapPairedHigh,
    double? Recovered,
    double? RecoveredLow,
    double? RecoveredHigh,
    double? CostUsd,
    string CostBasis,
    double? UsdPerPoint
)
{
    /// <summary>The rows of a run. Where no cost is stated, the middle of the market's range stands for it.</summary>
    public static IEnumerable<GapRow> Of(RunCheck check)
    {
        var market = check.MarketCost?.Middle;
        return check.Gaps.Select(gap =>
        {
            var set = gap is { Recovered: not null, Published.Recovered: { Shape: FiellerShape.Bounded } bounded }
                ? bounded
                : null;
            return new GapRow(
                Run: check.Run,
                Part: gap.Part,
                Benchmark: gap.Benchmark,
                Metric: gap.Metric,
                Items: gap.Items,
                Gap: gap.Published?.Gap,
                GapLow: gap.Published?.Unpaired.Low,
                GapHigh: gap.Published?.Unpaired.High,
                GapPairedLow: gap.Published?.Paired.Low,
                GapPairedHigh: gap.Published?.Paired.High,
                Recovered: gap.Recovered,
                RecoveredLow: set?.Low,
                RecoveredHigh: set?.High,
                CostUsd: check.StatedCost ?? market,
                CostBasis: check.StatedCost is not null ? "stated"
                    : market is not null ? "market, geometric mean of lowest and highest"
                    : "",
                UsdPerPoint: gap.UsdPerPoint
            );
        });
    }
}
