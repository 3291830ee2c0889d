namespace ScottPlot;

/// <summary>The axes of a figure.</summary>
public sealed class AxisManager
{
    public Axis Bottom { get; } = new();

    public Axis Left { get; } = new();

    public void SetLimits(double left, double right, double bottom, double top)
    {
        (Bottom.Min, Bottom.Max) = (left, right);
        (Left.Min, Left.Max) = (bottom, top);
    }
}
