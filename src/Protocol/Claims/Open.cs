using Bench.Protocol.Units;

namespace Bench.Protocol.Claims;

/// <summary>A quantity that a source leaves open, and what is assumed of it.</summary>
/// <param name="Part">The stage of the run.</param>
/// <param name="Name">The quantity, one of those below.</param>
/// <param name="Bounds">Between which it lies; null where nothing is assumed, or where it is no number.</param>
/// <param name="Reason">Why.</param>
public sealed record Open(string Part, string Name, Bounds? Bounds, string Reason)
{
    internal const string Parameters = "parameters";
    internal const string TokensPerExample = "tokens an example";
    internal const string Passes = "passes";
    internal const string Utilisation = "utilisation";
    internal const string Price = "price of a GPU-hour";
    internal const string Device = "the GPU";

    /// <summary>Every quantity that a range may be assumed of.</summary>
    internal static readonly IReadOnlyList<string> Assumed = [Parameters, TokensPerExample, Passes, Utilisation];

    /// <summary>The factor between the bounds of the stage's cost; null where the cost is not bounded from
    /// below.</summary>
    public double? Factor { get; init; }

    /// <summary>The same, if this quantity were known: at its geometric middle.</summary>
    public double? FactorIfKnown { get; init; }
}
