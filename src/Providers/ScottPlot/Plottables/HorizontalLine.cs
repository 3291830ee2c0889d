namespace ScottPlot.Plottables;

/// <summary>A line across the figure.</summary>
public sealed class HorizontalLine
{
    internal HorizontalLine(double y) => Y = y;

    public double Y { get; set; }

    public Color Color { get; set; } = Colors.Black;

    public float LineWidth { get; set; } = 2;

    public LinePattern LinePattern { get; set; } = LinePattern.Solid;

    public string LegendText { get; set; } = "";
}
