using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ScottPlot.Plottables;
using ScottPlot.TickGenerators;

namespace ScottPlot;

/// <summary>Writes a figure as a gnuplot script and runs it.</summary>
internal static class Gnuplot
{
    private const string Font = "DejaVu Sans";

    internal static void Render(Plot plot, string terminal, string path, int width, int height)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Run(Script(plot, terminal, temporary, width, height));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    internal static string Script(Plot plot, string terminal, string path, int width, int height)
    {
        var script = new StringBuilder();
        void Line(FormattableString text) => script.Append(text.ToString(CultureInfo.InvariantCulture)).Append('\n');
        var (bottom, left) = (plot.Axes.Bottom, plot.Axes.Left);
        Line($"set encoding utf8");
        Line($"set terminal {terminal} size {width},{height} font \"{Font},{bottom.TickLabelStyle.FontSize}\" {(terminal == "svg" ? "dynamic background '#FFFFFF'" : "background '#FFFFFF'")}");
        Line($"set output {Quoted(path)}");
        Line($"set border 3 linecolor rgb '#444444'");
        Line($"set tics nomirror");
        if (plot.Grid) Line($"set grid linecolor rgb '#E4E4E4' linetype 1 linewidth 1");
        if (plot.TitleText.Length > 0) Line($"set title {Quoted(plot.TitleText)} noenhanced");
        if (plot.Key is null) Line($"unset key");
        else Line($"set key {plot.Key} Left reverse noenhanced font \"{Font},{plot.Legend.FontSize}\"");
        SetAxis(script, "x", bottom);
        SetAxis(script, "y", left);
        var label = 0;
        foreach (var text in plot.Items.OfType<Text>())
        {
            var (horizontal, dx) = text.LabelAlignment switch
            {
                Alignment.UpperLeft or Alignment.MiddleLeft or Alignment.LowerLeft => ("left", 0.6),
                Alignment.UpperRight or Alignment.MiddleRight or Alignment.LowerRight => ("right", -0.6),
                _ => ("center", 0.0),
            };
            var dy = text.LabelAlignment switch
            {
                Alignment.LowerLeft or Alignment.LowerCenter or Alignment.LowerRight => 0.55,
                Alignment.UpperLeft or Alignment.UpperCenter or Alignment.UpperRight => -0.55,
                _ => 0.0,
            };
            Line($"set label {++label} {Quoted(text.LabelText)} at {text.X:R},{text.Y:R} {horizontal} offset character {dx},{dy} noenhanced front textcolor rgb {text.LabelFontColor.ToGnuplot()} font \"{Font},{text.LabelFontSize}\"");
        }

        var curves = new List<string>();
        foreach (var item in plot.Items) Curve(script, curves, item);
        Line($"plot {(curves.Count > 0 ? string.Join(", ", curves) : "NaN notitle")}");
        Line($"unset output");
        return script.ToString();
    }

    private static void SetAxis(StringBuilder script, string name, IAxis axis)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (axis.Label.Text.Length > 0) script.Append(invariant, $"set {name}label {Quoted(axis.Label.Text)} noenhanced font \"{Font},{axis.Label.FontSize}\"\n");
        if (!double.IsNaN(axis.Min)) script.Append(invariant, $"set {name}range [{axis.Min:R}:{axis.Max:R}]\n");
        if (axis.TickGenerator is NumericManual manual)
            script.Append(invariant, $"set {name}tics ({string.Join(", ", manual.Positions.Zip(manual.Labels, (at, text) => string.Create(invariant, $"{Quoted(Literal(text))} {at:R}")))}) noenhanced\n");
    }

    private static void Curve(StringBuilder script, List<string> curves, object item)
    {
        var name = $"$d{curves.Count}";
        var invariant = CultureInfo.InvariantCulture;
        string Title(string legend) => legend.Length > 0 ? $"title {Quoted(legend)}" : "notitle";
        switch (item)
        {
            case FillY fill:
                Data(script, name, fill.Xs.Select((x, i) => (double[])[x, fill.Bottom[i], fill.Top[i]]));
                curves.Add($"{name} using 1:2:3 with filledcurves fillstyle solid noborder fillcolor rgb {fill.FillColor.ToGnuplot()} notitle");
                break;
            case Scatter scatter:
                Data(script, name, scatter.Xs.Select((x, i) => (double[])[x, scatter.Ys[i]]));
                curves.Add(string.Create(invariant, $"{name} using 1:2 with {(scatter.LineWidth == 0 ? "points" : scatter.MarkerSize > 0 ? "linespoints" : "lines")} linewidth {(scatter.LineWidth == 0 ? scatter.MarkerLineWidth : scatter.LineWidth)}{scatter.LinePattern.ToGnuplot()}{(scatter.MarkerSize > 0 ? string.Create(invariant, $" pointtype {PointType(scatter.MarkerShape)} pointsize {scatter.MarkerSize / 6}") : "")} linecolor rgb {scatter.Color.ToGnuplot()} {Title(scatter.LegendText)}"));
                break;
            case HorizontalLine line:
                curves.Add(string.Create(invariant, $"{line.Y:R} with lines linewidth {line.LineWidth}{line.LinePattern.ToGnuplot()} linecolor rgb {line.Color.ToGnuplot()} {Title(line.LegendText)}"));
                break;
            case BarPlot { Bars: [var first, ..] } bars:
                Data(script, name, bars.Bars.Select(bar =>
                {
                    double[] across = [bar.Position, bar.Position - bar.Size / 2, bar.Position + bar.Size / 2], along = [(bar.ValueBase + bar.Value) / 2, bar.ValueBase, bar.Value];
                    var (x, y) = bar.Orientation == Orientation.Vertical ? (across, along) : (along, across);
                    return (double[])[x[0], y[0], x[1], x[2], y[1], y[2]];
                }));
                curves.Add(string.Create(invariant, $"{name} using 1:2:3:4:5:6 with boxxyerror fillstyle solid 1.0 border linecolor rgb {first.LineColor.ToGnuplot()} fillcolor rgb {first.FillColor.ToGnuplot()} linewidth {first.LineWidth} {Title(bars.LegendText)}"));
                break;
            default:
                break;
        }
    }

    private static void Data(StringBuilder script, string name, IEnumerable<double[]> rows)
    {
        script.Append(name).Append(" << EOD\n");
        foreach (var row in rows) script.AppendJoin(' ', row.Select(value => value.ToString("R", CultureInfo.InvariantCulture))).Append('\n');
        script.Append("EOD\n");
    }

    private static int PointType(MarkerShape shape) => shape switch
    {
        MarkerShape.None => -1,
        MarkerShape.Cross => 1,
        MarkerShape.Eks => 2,
        MarkerShape.OpenSquare => 4,
        MarkerShape.FilledSquare => 5,
        MarkerShape.OpenCircle => 6,
        MarkerShape.FilledCircle => 7,
        MarkerShape.OpenTriangleUp => 8,
        MarkerShape.FilledTriangleUp => 9,
        MarkerShape.OpenTriangleDown => 10,
        MarkerShape.FilledTriangleDown => 11,
        MarkerShape.OpenDiamond => 12,
        MarkerShape.FilledDiamond => 13,
        _ => 7,
    };

    // A tick label is a format for its position.
    private static string Literal(string label) => label.Replace("%", "%%", StringComparison.Ordinal);

    // In double quotes gnuplot reads escapes; a quote or backslash of ours must not be one.
    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";

    private static void Run(string script)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("gnuplot", ["-"]) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            process.StandardInput.Write(script);
            process.StandardInput.Close();
            process.WaitForExit();
            _ = output.Result;
            if (process.ExitCode != 0 || errors.Result.Contains("error", StringComparison.OrdinalIgnoreCase))
                throw new InvalidOperationException($"gnuplot: {errors.Result.ReplaceLineEndings(" ").Trim()}");
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("gnuplot is not installed (apt-get install gnuplot-nox)");
        }
    }
}
