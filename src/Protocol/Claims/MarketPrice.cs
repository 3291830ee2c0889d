using System.Globalization;
using Bench.Protocol.Units;

namespace Bench.Protocol.Claims;

/// <summary>An accelerator's peak rate, and its price on the market at one date. Its first row has its peak.</summary>
/// <param name="Name">E.g. H100 SXM.</param>
/// <param name="PeakFlops">Dense half-precision FLOP/s; null where it is not known.</param>
/// <param name="Low">Dollars an hour, the lowest quote.</param>
/// <param name="High">Dollars an hour, the highest quote.</param>
/// <param name="Date">When the quotes were seen: a year, or a year and a month.</param>
public sealed record MarketPrice(string Name, double? PeakFlops, double Low, double High, string Date)
{
    // The factor that a year may change where no quote is of the claim's: H100s fell from 8 to 2 dollars in less
    // than two.
    private const double Yearly = 1.5;

    /// <summary>Dense 8-bit FLOP/s; null where there is none.</summary>
    public double? Peak8Flops { get; init; }

    /// <summary>In gigabytes; null where it is not known.</summary>
    public double? Memory { get; init; }

    /// <summary>The market: on demand, spot, …; empty where it is not known.</summary>
    public string Market { get; init; } = "";

    /// <summary>The first word of its name, so that A100, A100 40GB and A100 80GB are one.</summary>
    internal string Kind => Name.Split(' ')[0];

    /// <summary>The dense peak of a precision, in FLOP/s; null where it is not known.</summary>
    internal double? Peak(string precision) => precision == "fp8" ? Peak8Flops : PeakFlops;

    /// <summary>The first row of a device as sources call it.</summary>
    public static MarketPrice? Find(IReadOnlyList<MarketPrice> prices, string gpu) =>
        Quotes(prices, gpu).FirstOrDefault();

    /// <summary>
    /// Dollars for an hour in a year: the quotes of that year, or those nearest to it, wider by half for each year
    /// between; with the reason.
    /// </summary>
    /// <param name="prices">All quotes.</param>
    /// <param name="gpu">A device that has some.</param>
    /// <param name="year">The claim's; null takes every quote.</param>
    public static (Bounds Bounds, string Reason) At(IReadOnlyList<MarketPrice> prices, string gpu, int? year)
    {
        var quotes = Quotes(prices, gpu).ToArray();
        int Apart(MarketPrice quote) => year is { } wanted && quote.Year is { } seen ? Math.Abs(seen - wanted) : 0;
        var nearest = quotes.Min(Apart);
        var near = quotes.Where(quote => Apart(quote) == nearest).ToArray();
        var widened = Math.Pow(Yearly, nearest);
        var markets = string.Join(", ", near.Select(quote => $"{quote.Date} {quote.Market}".Trim()).Distinct());
        return (
            new Bounds(near.Min(quote => quote.Low) / widened, near.Max(quote => quote.High) * widened),
            $"quotes for the {near[0].Kind}: {markets}"
                + (nearest > 0 ? $"; none nearer to {year}, so wider by half a year, {nearest} times" : "")
        );
    }

    /// <summary>
    /// The devices that a run of a year may have used where its source names none: those with memory for training, and
    /// quotes of that year or the nearest that has some.
    /// </summary>
    internal static IReadOnlyList<string> Usual(IReadOnlyList<MarketPrice> prices, int? year)
    {
        var able = prices.Where(price => price is { Memory: >= 32, Year: not null }).ToArray();
        if (able.Length == 0)
            return [];
        var nearest = able.Min(price => Math.Abs(price.Year!.Value - (year ?? price.Year.Value)));
        return
        [
            .. able.Where(price => Math.Abs(price.Year!.Value - (year ?? price.Year.Value)) == nearest)
                .Select(price => price.Kind)
                .Distinct()
                .Where(kind => Find(prices, kind)?.PeakFlops is not null),
        ];
    }

    private int? Year =>
        Date.Length >= 4 && int.TryParse(Date[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var year)
            ? year
            : null;

    private static IEnumerable<MarketPrice> Quotes(IReadOnlyList<MarketPrice> prices, string gpu) =>
        gpu.Length == 0
            ? []
            : prices.Where(price => string.Equals(price.Kind, gpu.Split(' ')[0], StringComparison.OrdinalIgnoreCase));
}
