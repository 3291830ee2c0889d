namespace ScottPlot.Plottables;

/// <summary>Vertical bars at points.</summary>
public sealed class ErrorBar
{
    internal ErrorBar(double[] xs, double[] ys, double[] negative, double[] positive) => (Xs, Ys, Negative, Positive) = (xs, ys, negative, positive);

    public Color Color { get; set; } = Colors.Black;

    public float LineWidth { get; set; } = 1;

    internal double[] Xs { get; }

    internal double[] Ys { get; }

    internal double[] Negative { get; }

    internal double[] Positive { get; }
}
