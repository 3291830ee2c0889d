using Bench.Protocol.Reading;

namespace Bench.Protocol.Objectives;

/// <summary>
/// Generalised Jensen-Shannon divergence β KL(p ‖ m) + (1 − β) KL(q ‖ m) with m = β p + (1 − β) q, p the teacher's.
/// </summary>
[Named("jsd", "generalised Jensen-Shannon divergence")]
public sealed record Jsd : Divergence
{
    [Key("beta", "the teacher's weight in the mixture", Low = 0, High = 1, IsInside = true)]
    public required double Beta { get; init; }

    /// <inheritdoc/>
    public override string Paper => "Agarwal et al. 2024, GKD, equation 1";
}
