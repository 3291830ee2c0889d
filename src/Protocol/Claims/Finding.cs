namespace Bench.Protocol.Claims;

/// <summary>A figure that was recomputed, and what it was compared with.</summary>
/// <param name="Part">The stage of the run that it belongs to.</param>
/// <param name="Name">The name of the quantity, e.g. GPU-hours.</param>
/// <param name="Formula">How it was computed, in names.</param>
/// <param name="Inputs">The inputs, by name.</param>
/// <param name="Value">The result.</param>
public sealed record Finding(
    string Part,
    string Name,
    string Formula,
    IReadOnlyDictionary<string, double> Inputs,
    double Value
)
{
    /// <summary>The source's own figure; null where it states nothing to compare with.</summary>
    public double? Stated { get; init; }

    /// <summary>Whether the comparison holds; null where there was none.</summary>
    public bool? Holds { get; init; }

    /// <summary>Remarks for the reader, e.g. that a bound was compared.</summary>
    public string Remark { get; init; } = "";

    /// <summary>By which factor it differs from what is stated, at least 1; null where nothing is stated.</summary>
    public double? Factor => Stated is > 0 && Value > 0 ? Math.Max(Value / Stated.Value, Stated.Value / Value) : null;
}
