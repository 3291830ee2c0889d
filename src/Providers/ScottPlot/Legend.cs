namespace ScottPlot;

/// <summary>The legend's style.</summary>
public sealed class Legend
{
    public float FontSize { get; set; } = 12;
}
