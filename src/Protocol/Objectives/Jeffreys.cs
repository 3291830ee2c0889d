using Bench.Protocol.Reading;

namespace Bench.Protocol.Objectives;

/// <summary>
/// Jeffreys divergence KL(p ‖ q) + KL(q ‖ p): the forward and the reverse divergence together, symmetric in both.
/// </summary>
[Named("jeffreys", "KL(teacher ‖ student) + KL(student ‖ teacher)")]
public sealed record Jeffreys : Divergence
{
    /// <inheritdoc/>
    public override string Paper => "Jeffreys 1946, An invariant form for the prior probability in estimation problems";
}
