namespace ScottPlot;

/// <summary>Which way a bar grows.</summary>
public enum Orientation
{
    Horizontal,
    Vertical,
}
