namespace Bench.Protocol.Claims;

/// <summary>(after − before) / (teacher − before) on one benchmark.</summary>
/// <param name="Part">The claim's name for it.</param>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Metric">The metric, with its unit.</param>
/// <param name="Recovered">The share; 1 is the teacher's score.</param>
/// <param name="UsdPerPoint">Dollars for each point that the score moved; null without a cost.</param>
public sealed record GapRecovered(string Part, string Benchmark, string Metric, double Recovered, double? UsdPerPoint);
