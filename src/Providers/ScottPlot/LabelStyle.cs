namespace ScottPlot;

/// <summary>Style of a label.</summary>
public sealed class LabelStyle
{
    public string Text { get; set; } = "";

    public float FontSize { get; set; } = 12;
}
