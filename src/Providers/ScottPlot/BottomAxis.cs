namespace ScottPlot;

internal sealed class BottomAxis : IXAxis
{
    public LabelStyle Label { get; } = new();

    public LabelStyle TickLabelStyle { get; } = new();

    public ITickGenerator TickGenerator { get; set; } = new TickGenerators.NumericAutomatic();

    public double Min { get; set; } = double.NaN;

    public double Max { get; set; } = double.NaN;
}
