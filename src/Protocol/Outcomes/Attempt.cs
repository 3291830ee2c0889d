using Bench.Protocol.Costs;

namespace Bench.Protocol.Outcomes;

/// <summary>One try at a unit of work: what it has spent, and what it did last.</summary>
/// <param name="StartedUtc">When it began.</param>
/// <param name="Seconds">How long it has gone on.</param>
/// <param name="Charges">The computed charges, without seconds.</param>
/// <param name="Stage">E.g. training; empty before the first.</param>
/// <param name="Share">Of the stage, 0 to 1.</param>
public sealed record Attempt(
    string StartedUtc,
    double Seconds,
    IReadOnlyList<Charge> Charges,
    string Stage,
    double Share
);
