using ScottPlot;
using ScottPlot.TickGenerators;

namespace Bench.Tests.Report;

/// <summary>What the product relies on in ScottPlot.</summary>
public class ScottPlotTests
{
    private static Plot Example()
    {
        var plot = new Plot();
        plot.XLabel("compute (FLOPs)");
        plot.YLabel("accuracy");
        plot.Add.FillY([0, 1], [0.1, 0.4], [0.3, 0.6]).FillColor = Color.FromHex("#0072B2").WithAlpha(0.2);
        double[] xs = [0, 1], ys = [0.2, 0.5], whisker = [0, 0], ends = [0.1, 0.3];
        var line = plot.Add.Scatter(xs, ys);
        (line.Color, line.MarkerShape, line.LegendText) = (Color.FromHex("#0072B2"), MarkerShape.FilledSquare, "100% \"traces\"");
        plot.Add.Scatter(whisker, ends).MarkerSize = 0;
        plot.Add.HorizontalLine(0.9).LinePattern = LinePattern.Dotted;
        plot.Add.Text("teacher ada", 0.1, 0.9).LabelAlignment = Alignment.LowerLeft;
        List<Bar> bars = [new Bar { Position = 0.5, ValueBase = 0, Value = 0.3, Size = 0.1 }];
        plot.Add.Bars(bars).LegendText = "bars";
        plot.Axes.SetLimits(-0.1, 1.1, 0, 1);
        plot.Axes.Bottom.TickGenerator = new NumericManual([0, 1], ["10⁹", "50%"]);
        plot.ShowLegend(Alignment.LowerRight);
        return plot;
    }

    [Fact]
    public void Svg_text_stays_text()
    {
        using var scratch = Repository.Scratch();
        using var plot = Example();
        plot.SaveSvg(scratch.File("a.svg"), 600, 400);
        var svg = File.ReadAllText(scratch.File("a.svg"));
        foreach (var words in (string[])["compute (FLOPs)", "accuracy", "teacher ada", "10⁹", "50%", "traces"]) Assert.Contains(words, svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Png_has_the_size_that_was_asked_for()
    {
        using var scratch = Repository.Scratch();
        using var plot = Example();
        plot.SavePng(scratch.File("a.png"), 600, 400);
        var png = File.ReadAllBytes(scratch.File("a.png"));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal((600, 400), (png[18] << 8 | png[19], png[22] << 8 | png[23]));
    }

    [Fact]
    public void A_figure_is_written_whole_or_not_at_all()
    {
        using var scratch = Repository.Scratch();
        using var plot = Example();
        Assert.ThrowsAny<Exception>(() => plot.SaveSvg(scratch.File("no/such/folder/a.svg"), 600, 400));
        Assert.Empty(Directory.EnumerateFileSystemEntries(scratch.Path));
    }
}
