namespace ScottPlot.Plottables;

/// <summary>The area between two curves.</summary>
public sealed class FillY
{
    internal FillY(double[] xs, double[] bottom, double[] top) => (Xs, Bottom, Top) = (xs, bottom, top);

    public Color FillColor { get; set; } = Colors.Gray;

    public float LineWidth { get; set; }

    internal double[] Xs { get; }

    internal double[] Bottom { get; }

    internal double[] Top { get; }
}
