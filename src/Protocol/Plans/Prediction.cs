using Bench.Protocol.Costs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Plans;

/// <summary>The expected cost of a unit of work.</summary>
/// <param name="Charges">By kind, with seconds at the assumed rate.</param>
/// <param name="PeakBytes">Memory of the process.</param>
public sealed record Prediction(IReadOnlyList<Charge> Charges, long PeakBytes)
{
    /// <summary>
    /// Tokens of one pass of training, padding included, on whose number its pace depends; 0 where nothing is trained.
    /// </summary>
    public double PassTokens { get; init; }

    public Seconds Seconds => new(Charges.Sum(charge => charge.Seconds.Value));

    public Flops Flops => new(Charges.Sum(charge => charge.Flops.Value));
}
