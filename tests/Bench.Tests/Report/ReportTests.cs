using Bench.Report;

namespace Bench.Tests.Report;

public class ReportTests
{
    [Fact]
    public void Methods_have_colours_and_markers_of_their_own_and_keep_them()
    {
        string[] methods = ["answers", "traces", "logits", "gold-answers", "gold-traces", "other", "another"];
        var styles = Style.Of(methods);
        Assert.Equal(methods.Length, styles.Values.Select(style => style.Color).Distinct().Count());
        Assert.Equal(methods.Length, styles.Values.Select(style => style.Marker).Distinct().Count());
        Assert.Equal(styles["traces"], Style.Of(["zeta", "traces"])["traces"]);
    }

    [Fact]
    public void Labels_are_moved_apart_and_stay_inside()
    {
        var spread = CurveFigure.Spread([("a", 0.5), ("b", 0.51), ("c", 0.49), ("d", 1.0)], 0.05, 0, 1);
        Assert.Equal(["c", "a", "b", "d"], spread.Select(label => label.Name));
        for (var i = 1; i < spread.Count; i++) Assert.True(spread[i].Y - spread[i - 1].Y > 0.0499);
        Assert.All(spread, label => Assert.InRange(label.Y, 0.02, 0.98));
    }

    [Fact]
    public void Logarithmic_ticks_are_powers_of_ten_and_more_where_few_show()
    {
        Assert.Equal(["10⁹", "10¹⁰", "10¹¹", "10¹²"], LabelsOf(9, 12));
        Assert.Equal(["2·10¹⁰", "5·10¹⁰", "10¹¹"], LabelsOf(10.2, 11.1));
    }

    private static string[] LabelsOf(double low, double high)
    {
        using var scratch = Repository.Scratch();
        using var plot = FigureRenderer.New("x", "y");
        double[] ends = [low, high], values = [0, 1];
        plot.Add.Scatter(ends, values);
        plot.Axes.SetLimits(low, high, 0, 1);
        plot.Axes.Bottom.TickGenerator = FigureRenderer.LogTicks(low, high);
        plot.SaveSvg(scratch.File("ticks.svg"), 900, 500);
        var svg = File.ReadAllText(scratch.File("ticks.svg"));
        return [.. System.Text.RegularExpressions.Regex.Matches(svg, @">\s*((?:[25]·)?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)\s*<").Select(match => match.Groups[1].Value)];
    }

    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(6, 1)]
    [InlineData(3e11, 5e10)]
    public void Steps_of_an_axis_are_round(double span, double step) => Assert.Equal(step, FigureRenderer.NiceStep(span), step * 1e-9);
}
