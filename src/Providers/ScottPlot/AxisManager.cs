namespace ScottPlot;

/// <summary>The axes of a figure.</summary>
public sealed class AxisManager
{
    public IXAxis Bottom { get; } = new BottomAxis();

    public IYAxis Left { get; } = new LeftAxis();

    public void SetLimits(double left, double right, double bottom, double top)
    {
        (Bottom.Min, Bottom.Max) = (left, right);
        (Left.Min, Left.Max) = (bottom, top);
    }
}
