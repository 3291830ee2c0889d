namespace Bench.Protocol.Claims;

/// <summary>The tables that claims are checked against.</summary>
/// <param name="Prices">Accelerators: peaks and dated prices.</param>
/// <param name="Ranges">Between which bounds quantities lie that sources leave open.</param>
/// <param name="CrossChecks">Statements of rows about each other.</param>
public sealed record Assumptions(
    IReadOnlyList<MarketPrice> Prices,
    IReadOnlyList<AssumedRange> Ranges,
    IReadOnlyList<CrossCheck> CrossChecks
)
{
    /// <summary>The share by which two figures of one quantity may differ: published numbers are rounded.</summary>
    public const double UsualTolerance = 0.1;

    public double Tolerance { get; init; } = UsualTolerance;

    /// <summary>The tables of a folder: prices.csv, ranges.csv, and crosschecks.csv where there is one.</summary>
    /// <exception cref="Bench.Protocol.Reading.SpecException">One is missing or wrong.</exception>
    public static Assumptions Of(string folder, IReadOnlyList<Claim> claims) =>
        new(
            ClaimTable.Prices(Path.Combine(folder, "prices.csv")),
            ClaimTable.Ranges(Path.Combine(folder, "ranges.csv")),
            Path.Combine(folder, "crosschecks.csv") is var beside && File.Exists(beside)
                ? ClaimTable.CrossChecks(beside, claims)
                : []
        );
}
