namespace Bench.Protocol.Specs;

/// <summary>A published claim that an experiment stands beside: what it says it cost, and which share of the gap to its teacher it recovered.</summary>
/// <param name="Claim">The run's name in the table of claims.</param>
/// <param name="Usd">Dollars.</param>
/// <param name="Recovered">The share of the gap from the student before to the teacher, by benchmark; empty where no benchmark has three scores.</param>
public sealed record ClaimPoint(string Claim, double? Usd, IReadOnlyList<(string Benchmark, double Recovered)> Recovered);
