using System.Text.RegularExpressions;
using Bench.Protocol.Ledger;
using Bench.Report.Figures;
using Bench.Report.Style;
using ScottPlot;

namespace Bench.Tests.Report;

/// <summary>A figure shows what was measured and nothing else, and can be read.</summary>
public class CurveFigureTests
{
    private static readonly MethodLook Blue = new("#0072B2", MarkerShape.FilledSquare, IsDashed: false);

    private static string Draw(params CurveFigure.Point[] points) =>
        Draw(
            new CurveFigure
            {
                X = "budget (FLOPs)",
                Y = "accuracy",
                Curves = new Dictionary<string, CurveFigure.Point[]> { ["traces"] = points },
                Styles = new Dictionary<string, MethodLook> { ["traces"] = Blue },
            }
        );

    private static string Draw(CurveFigure figure)
    {
        using var scratch = Repository.Scratch();
        figure.Draw(new ResultsFolder(scratch.Path), "figure");
        var png = File.ReadAllBytes(scratch.File("figures/figure.png"));
        Assert.Equal((900, 560), (png[18] << 8 | png[19], png[22] << 8 | png[23]));
        return File.ReadAllText(scratch.File("figures/figure.svg"));
    }

    [Fact]
    public void Every_seed_is_a_point_and_nothing_is_filled_between_two_budgets()
    {
        // Circles are seeds: the mean's marker is a square.
        int Circles(string svg) => Regex.Count(svg, "<(circle|ellipse)");
        var without = Draw(new(1e9, 0.2, 0.1, 0.3), new(1e10, 0.8, 0.7, 0.9));
        var with = Draw(new(1e9, 0.2, 0.1, 0.3, [0.1, 0.2, 0.3]), new(1e10, 0.8, 0.7, 0.9, [0.75, 0.85]));
        Assert.Equal(5, Circles(with) - Circles(without));
        Assert.DoesNotContain("fill-opacity=\"0.1", without, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interval_that_would_flatten_the_rest_is_cut_and_says_where_it_ends()
    {
        var svg = Draw(new(1e9, 0.2, 0.1, 0.3), new(1e10, 0.8, -40, 55));
        Assert.Contains("↑ 55", svg, StringComparison.Ordinal);
        Assert.Contains("↓ −40", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("↑", Draw(new(1e9, 0.2, 0.1, 0.3), new(1e10, 0.8, 0.7, 0.9)), StringComparison.Ordinal);
    }

    [Fact]
    public void Few_and_equal_points_are_drawn_too()
    {
        Draw(new CurveFigure.Point(1e9, 0, 0, 0));
        Draw(new(1e9, 0.5, null, null), new(1e9, 0.5, null, null));
        Draw(new(1e9, 1e-300, 0, 1e-300), new(1e12, 1e-300, 0, 1e-300, [0, 0]));
        Draw(new CurveFigure.Point(1e9, 1e12, -1e12, 3e12));
    }

    [Fact]
    public void A_curve_without_points_does_not_keep_the_others_from_being_drawn() =>
        Draw(
            new CurveFigure
            {
                X = "budget",
                Y = "accuracy",
                Curves = new Dictionary<string, CurveFigure.Point[]>
                {
                    ["none"] = [],
                    ["traces"] = [new(1e9, 0.2, 0.1, 0.3)],
                },
                Styles = new Dictionary<string, MethodLook> { ["traces"] = Blue, ["none"] = Blue },
            }
        );

    [Fact]
    public void Many_tasks_have_their_names_below_them()
    {
        string[] tasks = [.. Enumerable.Range(1, 30).Select(i => $"task{i}")];
        var svg = Draw(
            new CurveFigure
            {
                X = new CurveFigure.Axis("task", Even: true, tasks),
                Y = "accuracy",
                Curves = new Dictionary<string, CurveFigure.Point[]>
                {
                    ["traces"] = [.. tasks.Select((_, i) => new CurveFigure.Point(i + 1, 0.5, null, null))],
                },
                Styles = new Dictionary<string, MethodLook> { ["traces"] = Blue },
            }
        );
        Assert.Contains("task30", svg, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9.96e5, "10⁶")]
    [InlineData(1.25e12, "1.2·10¹²")]
    [InlineData(0, "0")]
    public void Numbers_have_two_digits_and_a_power(double value, string text) =>
        Assert.Equal(text, FigureRenderer.Scientific(value));

    [Fact]
    public void Dashes_are_there_in_an_svg_too()
    {
        CurveFigure Figure(bool dashed) =>
            new()
            {
                X = "budget",
                Y = "accuracy",
                Curves = new Dictionary<string, CurveFigure.Point[]>
                {
                    ["gold-traces"] = [new(1e9, 0.1, null, null), new(1e12, 0.9, null, null)],
                },
                Styles = new Dictionary<string, MethodLook> { ["gold-traces"] = Blue with { IsDashed = dashed } },
            };
        Assert.True(Draw(Figure(dashed: true)).Length > Draw(Figure(dashed: false)).Length + 1000);
    }

    [Fact]
    public void A_figure_is_the_same_bytes_each_time()
    {
        CurveFigure.Point[] points = [new(1e9, 0.2, 0.1, 0.3, [0.15, 0.25]), new(1e10, 0.8, 0.7, 0.9)];
        Assert.Equal(Draw(points), Draw(points));
    }
}
