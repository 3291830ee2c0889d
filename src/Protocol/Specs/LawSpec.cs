using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>Scaling laws that the report fits to an experiment's losses.</summary>
public sealed record LawSpec
{
    /// <summary>
    /// The method whose students learn without the teacher's probabilities: L = E + A / N^a + B / D^b.
    /// </summary>
    [Key("supervised", "the method whose students learn without the teacher's probabilities")]
    public required string Supervised { get; init; }

    /// <summary>The method whose students are distilled: L = L_T + A / N^a + B / D^b.</summary>
    [Key("distilled", "the method whose students are distilled")]
    public required string Distilled { get; init; }
}
