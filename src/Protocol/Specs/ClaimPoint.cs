using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>
/// A published claim that an experiment stands beside: what it says it cost, and which share of the gap to its teacher
/// it recovered.
/// </summary>
public sealed record ClaimPoint
{
    /// <summary>The run's name in the table of claims.</summary>
    [Key(
        "claim",
        "the run's name in the table of claims",
        IsName = true,
        Remedy = "name the run of the table of claims"
    )]
    public required string Claim { get; init; }

    /// <summary>Dollars.</summary>
    [Key("usd", "its stated cost, in dollars", Low = double.Epsilon, High = 1e12)]
    public double? Usd { get; init; }

    /// <summary>
    /// The share of the gap from the student before to the teacher, by benchmark; null where no benchmark has three
    /// scores.
    /// </summary>
    [Key("recovered", "the share of the gap to the teacher that it recovered, by benchmark", Low = -100, High = 100)]
    public IReadOnlyDictionary<string, double>? Recovered { get; init; }
}
