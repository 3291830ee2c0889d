namespace ScottPlot.Plottables;

/// <summary>Points joined by a line.</summary>
public sealed class Scatter
{
    internal Scatter(double[] xs, double[] ys) => (Xs, Ys) = (xs, ys);

    public Color Color { get; set; } = Colors.Black;

    public float LineWidth { get; set; } = 1;

    public LinePattern LinePattern { get; set; } = LinePattern.Solid;

    public float MarkerSize { get; set; } = 5;

    /// <summary>The line of markers that are not filled.</summary>
    public float MarkerLineWidth { get; set; } = 1;

    public MarkerShape MarkerShape { get; set; } = MarkerShape.FilledCircle;

    public string LegendText { get; set; } = "";

    internal double[] Xs { get; }

    internal double[] Ys { get; }
}
