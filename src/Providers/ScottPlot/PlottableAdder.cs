using ScottPlot.Plottables;

namespace ScottPlot;

/// <summary>Adds things to a figure.</summary>
public sealed class PlottableAdder
{
    private readonly Plot plot;

    internal PlottableAdder(Plot plot) => this.plot = plot;

    public Scatter Scatter(double[] xs, double[] ys) => Added(new Scatter(xs, ys));

    public FillY FillY(double[] xs, double[] ys1, double[] ys2) => Added(new FillY(xs, ys1, ys2));

    public HorizontalLine HorizontalLine(double y) => Added(new HorizontalLine(y));

    public Text Text(string text, double x, double y) => Added(new Text(text, x, y));

    public BarPlot Bars(List<Bar> bars) => Added(new BarPlot(bars));

    private T Added<T>(T item) where T : class
    {
        plot.Items.Add(item);
        return item;
    }
}
