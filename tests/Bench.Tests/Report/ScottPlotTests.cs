using Bench.Protocol.Ledger;
using Bench.Report.Figures;
using Bench.Report.Style;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Bench.Tests.Report;

/// <summary>What the product relies on in ScottPlot.</summary>
public class ScottPlotTests
{
    private static Plot Example()
    {
        var plot = FigureRenderer.New("compute (FLOPs)", "accuracy");
        FigureRenderer.Line(plot, [0, 1], [0.2, 0.5], Color.FromHex("#0072B2"), 2, Stroke.Dashed);
        double[] xs = [0, 1],
            ys = [0.2, 0.5];
        var marks = plot.Add.Scatter(xs, ys);
        (marks.Color, marks.MarkerShape, marks.LegendText) = (
            Color.FromHex("#0072B2"),
            MarkerShape.FilledSquare,
            "100% \"traces\""
        );
        plot.Add.Marker(0.5, 0.4, MarkerShape.FilledCircle, 5);
        plot.Add.Text("teacher ada", 0.1, 0.9).LabelAlignment = Alignment.LowerLeft;
        List<Bar> bars =
        [
            new Bar
            {
                Position = 0.5,
                ValueBase = 0,
                Value = 0.3,
                Size = 0.1,
            },
        ];
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
        foreach (var words in (string[])["compute (FLOPs)", "accuracy", "teacher ada", "10⁹", "50%", "traces"])
            Assert.Contains(words, svg, StringComparison.Ordinal);
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
    public void A_figure_that_cannot_be_written_says_so_in_one_line()
    {
        using var scratch = Repository.Scratch();
        using var plot = Example();
        File.WriteAllText(scratch.File("taken"), "");
        Assert.Contains(
            "cannot be drawn",
            Assert
                .Throws<LedgerException>(() => FigureRenderer.Save(plot, new ResultsFolder(scratch.File("taken")), "a"))
                .Message,
            StringComparison.Ordinal
        );
    }
}
