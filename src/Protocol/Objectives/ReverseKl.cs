using Bench.Protocol.Reading;

namespace Bench.Protocol.Objectives;

/// <summary>Reverse Kullback-Leibler divergence KL(student ‖ teacher).</summary>
[Named("reverse-kl", "KL(student ‖ teacher)")]
public sealed record ReverseKl : Divergence
{
    /// <inheritdoc/>
    public override string Paper => "Gu et al. 2024, MiniLLM, equation 1";
}
