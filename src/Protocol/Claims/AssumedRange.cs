using Bench.Protocol.Units;

namespace Bench.Protocol.Claims;

/// <summary>A row of ranges.csv: between which bounds a quantity lies that a source leaves open.</summary>
/// <param name="Quantity">Its name, one of <see cref="Open.Assumed"/>.</param>
/// <param name="Bounds">The bounds; of parameters, as a share of what the model's name says.</param>
/// <param name="Reason">Where they are from.</param>
public sealed record AssumedRange(string Quantity, Bounds Bounds, string Reason)
{
    /// <summary>The method it holds for; empty for any.</summary>
    public string Method { get; init; } = "";

    /// <summary>The precision it holds for, as a claim's note names it; empty for half precision.</summary>
    public string Precision { get; init; } = "";

    /// <summary>The first year it holds for.</summary>
    public int Since { get; init; }

    /// <summary>The fewest parameters it holds for.</summary>
    public double From { get; init; }

    /// <summary>The parameters below which it holds.</summary>
    public double To { get; init; } = double.PositiveInfinity;

    /// <summary>The first range that holds for a claim; null where none is assumed.</summary>
    public static AssumedRange? Find(IReadOnlyList<AssumedRange> ranges, string quantity, Claim claim) =>
        ranges.FirstOrDefault(range =>
            range.Quantity == quantity
            && (range.Method.Length == 0 || range.Method == claim.Method)
            && range.Precision == (quantity == Open.Utilisation ? claim.Precision : "")
            && (claim.Year ?? int.MaxValue) >= range.Since
            && (claim.TrainedParameters ?? 0) >= range.From
            && (claim.TrainedParameters ?? 0) < range.To
        );
}
