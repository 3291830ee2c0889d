namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>
/// A row of docs/statistics/coverage.csv: how often a nominal 95% interval held the true mean. Widths are of intervals
/// inside the scores' range; NoWidth is the share of tables with an interval of no width.
/// </summary>
public sealed record CoverageRow(
    string Scenario,
    double TrueMean,
    long Seeds,
    long Items,
    string Method,
    long Simulations,
    double Coverage,
    double CoverageSe,
    double MissedBelow,
    double MissedAbove,
    double MeanWidth,
    double MedianWidth,
    double NoWidth
);
