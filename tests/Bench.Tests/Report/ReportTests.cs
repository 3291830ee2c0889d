using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;
using Bench.Report.Figures;
using Bench.Report.Style;

namespace Bench.Tests.Report;

public class ReportTests
{
    private static ExperimentSpec Spec(params string[] methods) =>
        ExperimentFile.Parse(
            System.Text.Encoding.UTF8.GetBytes(
                $$"""
                schema: 1
                name: looks
                question: Does a method look the same everywhere?
                tasks: [ { name: addition, digits: 2 } ]
                teacher: { name: ada, licence: MIT, train: { on: gold-traces, tokens: 1000 }, model: { layers: 1,
                    width: 16, heads: 2 } }
                students: [ { name: tiny, model: { layers: 1, width: 16, heads: 2 } } ]
                methods: [ {{string.Join(
                    ", ",
                    methods.Select(method =>
                        $"{{ name: {method}, objective: cross-entropy, signal: text, keep: trace }}"
                    )
                )}} ]
                baselines: [ gold-answers, gold-traces ]
                prompts: 100
                budgets: { unit: student-flops, values: [1e9] }
                seeds: [0]
                """
            ),
            "looks.yaml"
        );

    [Fact]
    public void Methods_have_colours_and_markers_of_their_own_and_keep_them_in_every_figure()
    {
        string[] methods = ["answers", "traces", "logits", "other", "another"];
        var spec = Spec(methods);
        string[] curves = [.. methods, "gold-answers", "gold-traces"];
        var styles = MethodLook.Of(spec, curves);
        Assert.Equal(curves.Length, styles.Values.Select(style => style.Color).Distinct().Count());
        Assert.Equal(curves.Length, styles.Values.Select(style => style.Marker).Distinct().Count());
        // Whatever else a figure shows, in whatever order; and in an experiment of other methods.
        Assert.Equal(styles["another"], MethodLook.Of(spec, ["zeta", "another"])["another"]);
        Assert.Equal(styles["logits"], MethodLook.Of(Spec("omega", "logits"), ["logits"])["logits"]);
        Assert.Equal(
            styles["traces"].Hex,
            MethodLook.Of(spec, ["logits, use", "traces, use", "traces, training"])["traces, training"].Hex
        );
        Assert.DoesNotContain(styles.Values, style => style.Hex == MethodLook.Of(spec, ["zeta"])["zeta"].Hex);
    }

    [Fact]
    public void The_font_has_every_character_that_figures_write() =>
        Assert.True(EmbeddedFont.Has("abcXYZ0123456789 .,:;%()[]·⁻⁰¹²³⁴⁵⁶⁷⁸⁹−↑↓$βαλµ²±≤≥"));

    [Fact]
    public void Labels_are_moved_apart_and_stay_inside()
    {
        var spread = FigureRenderer.Spread([("a", 0.5), ("b", 0.51), ("c", 0.49), ("d", 1.0)], 0.05, 0, 1);
        Assert.Equal(["c", "a", "b", "d"], spread.Select(label => label.Name));
        for (var i = 1; i < spread.Count; i++)
            Assert.True(spread[i].Y - spread[i - 1].Y > 0.0499);
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
        double[] ends = [low, high],
            values = [0, 1];
        plot.Add.Scatter(ends, values);
        plot.Axes.SetLimits(low, high, 0, 1);
        plot.Axes.Bottom.TickGenerator = FigureRenderer.LogTicks(low, high);
        plot.SaveSvg(scratch.File("ticks.svg"), 900, 500);
        var svg = File.ReadAllText(scratch.File("ticks.svg"));
        return
        [
            .. System
                .Text.RegularExpressions.Regex.Matches(svg, @">\s*((?:[25]·)?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+)\s*<")
                .Select(match => match.Groups[1].Value),
        ];
    }

    [Theory]
    [InlineData(1, 0.2)]
    [InlineData(6, 1)]
    [InlineData(3e11, 5e10)]
    public void Steps_of_an_axis_are_round(double span, double step) =>
        Assert.Equal(step, FigureRenderer.NiceStep(span), step * 1e-9);
}
