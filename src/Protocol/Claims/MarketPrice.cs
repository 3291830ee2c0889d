namespace Bench.Protocol.Claims;

/// <summary>An accelerator's peak rate, and its price on the market.</summary>
/// <param name="Name">E.g. H100 SXM.</param>
/// <param name="PeakFlops">Dense half-precision FLOP/s; null where it is not known.</param>
/// <param name="Low">Dollars an hour, the lowest quote.</param>
/// <param name="High">Dollars an hour, the highest quote.</param>
/// <param name="Date">When the quotes were seen.</param>
public sealed record MarketPrice(string Name, double? PeakFlops, double Low, double High, string Date)
{
    /// <summary>
    /// The row of a device as sources call it: by the first word of its name, so that A100, A100 40GB and A100 80GB are
    /// one.
    /// </summary>
    public static MarketPrice? Find(IReadOnlyList<MarketPrice> prices, string gpu) =>
        gpu.Length == 0
            ? null
            : prices.FirstOrDefault(price =>
                string.Equals(price.Name.Split(' ')[0], gpu.Split(' ')[0], StringComparison.OrdinalIgnoreCase)
            );
}
