namespace Bench.Protocol.Specs;

/// <summary>Scaling laws that the report fits to an experiment's losses.</summary>
/// <param name="Supervised">The method whose students learn without the teacher's probabilities: L = E + A / N^a + B / D^b.</param>
/// <param name="Distilled">The method whose students are distilled: L = L_T + A / N^a + B / D^b.</param>
public sealed record LawSpec(string Supervised, string Distilled);
