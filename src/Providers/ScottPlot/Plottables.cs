#pragma warning disable CA1819 // ScottPlot's shapes
namespace ScottPlot.Plottables;

/// <summary>Points joined by a line.</summary>
public sealed class Scatter
{
    internal Scatter(double[] xs, double[] ys) => (Xs, Ys) = (xs, ys);

    public Color Color { get; set; } = Colors.Black;

    public float LineWidth { get; set; } = 1;

    public LinePattern LinePattern { get; set; } = LinePattern.Solid;

    public float MarkerSize { get; set; } = 5;

    public MarkerShape MarkerShape { get; set; } = MarkerShape.FilledCircle;

    public string LegendText { get; set; } = "";

    internal double[] Xs { get; }

    internal double[] Ys { get; }
}

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

/// <summary>Words at a point.</summary>
public sealed class Text
{
    internal Text(string text, double x, double y) => (LabelText, X, Y) = (text, x, y);

    public string LabelText { get; set; }

    public float LabelFontSize { get; set; } = 12;

    public Color LabelFontColor { get; set; } = Colors.Black;

    public Alignment LabelAlignment { get; set; } = Alignment.UpperLeft;

    internal double X { get; }

    internal double Y { get; }
}

/// <summary>Bars.</summary>
public sealed class BarPlot
{
    internal BarPlot(IEnumerable<Bar> bars) => Bars = [.. bars];

    public string LegendText { get; set; } = "";

    internal IReadOnlyList<Bar> Bars { get; }
}
