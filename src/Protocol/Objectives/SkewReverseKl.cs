using Bench.Protocol.Reading;

namespace Bench.Protocol.Objectives;

/// <summary>Skew reverse divergence KL(q ‖ (1 − α) p + α q), p the teacher's.</summary>
[Named("skew-reverse-kl", "KL(student ‖ mixture of both)")]
public sealed record SkewReverseKl : Divergence
{
    [Key("alpha", "the student's weight in the mixture", Low = 0, High = 1, IsInside = true)]
    public required double Alpha { get; init; }

    /// <inheritdoc/>
    public override string Paper => "Ko et al. 2024, DistiLLM, section 3.1";
}
