namespace ScottPlot.Plottables;

/// <summary>Bars.</summary>
public sealed class BarPlot
{
    internal BarPlot(IEnumerable<Bar> bars) => Bars = [.. bars];

    public string LegendText { get; set; } = "";

    internal IReadOnlyList<Bar> Bars { get; }
}
