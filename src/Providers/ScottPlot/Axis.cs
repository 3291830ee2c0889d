namespace ScottPlot;

/// <summary>One side's axis.</summary>
public sealed class Axis
{
    public LabelStyle Label { get; } = new();

    public LabelStyle TickLabelStyle { get; } = new();

    public ITickGenerator? TickGenerator { get; set; }

    internal double Min { get; set; } = double.NaN;

    internal double Max { get; set; } = double.NaN;
}
