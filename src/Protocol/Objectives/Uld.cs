using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Objectives;

/// <summary>Distance of sorted probabilities, which needs no common vocabulary: universal logit distillation.</summary>
[Named("uld", "distance of sorted probabilities, for students with another tokenizer")]
public sealed record Uld : Objective
{
    [Key("temperature", "temperature of both distributions", Low = 0.05, High = 100)]
    public double Temperature { get; init; } = 1;

    [Key("cross-entropy-weight", "share of cross-entropy on the text in the loss", Low = 0.01, High = 0.99)]
    public double CrossEntropyWeight { get; init; } = 0.5;

    /// <inheritdoc/>
    public override string Paper => "Boizard et al. 2024, ULD, equation 5";

    /// <inheritdoc/>
    public override IReadOnlyList<Type> Signals => [typeof(TopK)];

    /// <inheritdoc/>
    public override double TeacherTemperature => Temperature;

    /// <inheritdoc/>
    public override double TextShare => CrossEntropyWeight;

    /// <inheritdoc/>
    public override bool PairsTokens => false;
}
