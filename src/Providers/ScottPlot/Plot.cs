namespace ScottPlot;

/// <summary>A figure.</summary>
public sealed class Plot : IDisposable
{
    public Plot() => Add = new PlottableAdder(this);

    public PlottableAdder Add { get; }

    public AxisManager Axes { get; } = new();

    public Legend Legend { get; } = new();

    internal List<object> Items { get; } = [];

    internal string TitleText { get; private set; } = "";

    internal string? Key { get; private set; }

    public void Title(string text, float? size = null) => TitleText = text;

    public void XLabel(string label, float? size = null) => SetLabel(Axes.Bottom, label, size);

    public void YLabel(string label, float? size = null) => SetLabel(Axes.Left, label, size);

    public void HideGrid() => Grid = false;

    public void ShowLegend(Alignment alignment) => Key = alignment switch
    {
        Alignment.UpperLeft => "inside left top",
        Alignment.UpperRight => "inside right top",
        Alignment.LowerLeft => "inside left bottom",
        Alignment.LowerRight => "inside right bottom",
        _ => "inside center",
    };

    public void ShowLegend(Edge edge) => Key = edge switch
    {
        Edge.Right => "outside right center",
        Edge.Left => "outside left center",
        Edge.Top => "outside center top horizontal",
        _ => "outside center bottom horizontal",
    };

    public void SavePng(string filePath, int width, int height) => Gnuplot.Render(this, "pngcairo", filePath, width, height);

    public void SaveSvg(string filePath, int width, int height) => Gnuplot.Render(this, "svg", filePath, width, height);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    internal bool Grid { get; private set; } = true;

    private static void SetLabel(IAxis axis, string label, float? size)
    {
        axis.Label.Text = label;
        axis.Label.FontSize = size ?? axis.Label.FontSize;
    }
}
