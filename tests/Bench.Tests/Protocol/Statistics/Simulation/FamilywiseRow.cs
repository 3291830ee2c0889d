namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>
/// A row of docs/statistics/familywise.csv: how often Holm's procedure at 0.05 rejects a true hypothesis of a family
/// where no arm differs from another.
/// </summary>
public sealed record FamilywiseRow(
    string Model,
    long Arms,
    string Family,
    long Tests,
    long Seeds,
    long Items,
    string Method,
    long Simulations,
    double FamilywiseError,
    double StandardError
);
