namespace ScottPlot.Plottables;

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
