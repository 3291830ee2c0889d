using Bench.Protocol.Reading;

namespace Bench.Protocol.Objectives;

/// <summary>Skew divergence KL(p ‖ α p + (1 − α) q), p the teacher's.</summary>
[Named("skew-kl", "KL(teacher ‖ mixture of both)")]
public sealed record SkewKl : Divergence
{
    [Key("alpha", "the teacher's weight in the mixture", Low = 0, High = 1, IsInside = true)]
    public required double Alpha { get; init; }

    /// <inheritdoc/>
    public override string Paper => "Ko et al. 2024, DistiLLM, equation 3";
}
