namespace ScottPlot;

/// <summary>One bar.</summary>
public sealed class Bar
{
    public double Position { get; set; }

    public double ValueBase { get; set; }

    public double Value { get; set; }

    public Orientation Orientation { get; set; } = Orientation.Vertical;

    public double Size { get; set; } = 0.8;

    public Color FillColor { get; set; } = Colors.Gray;

    public Color LineColor { get; set; } = Colors.Black;

    public float LineWidth { get; set; } = 1;
}
