using Bench.Protocol.Reading;

namespace Bench.Protocol.Objectives;

/// <summary>Total variation distance: half the sum of absolute differences.</summary>
[Named("tvd", "total variation distance")]
public sealed record TotalVariation : Divergence
{
    /// <inheritdoc/>
    public override string Paper => "Wen et al. 2023, f-divergence minimisation, section 3.1";
}
