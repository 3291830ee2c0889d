namespace ScottPlot;

/// <summary>A side of the figure.</summary>
public enum Edge
{
    Left,
    Right,
    Bottom,
    Top,
}
