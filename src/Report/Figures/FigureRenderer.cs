using System.Globalization;
using System.Text.RegularExpressions;
using Bench.Protocol.Ledger;
using Bench.Report.Style;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Bench.Report.Figures;

/// <summary>The common parts of all figures: size, fonts, logarithmic ticks, and saving as SVG and PNG.</summary>
public static partial class FigureRenderer
{
    internal const int Width = 900;
    internal const int Height = 560;
    internal const float TextSize = 13;
    private const float LabelSize = 15;

    /// <summary>Why no figure can be drawn here, in one line; null where one can.</summary>
    public static string? Problem()
    {
        try
        {
            using var plot = New("x", "y");
            return plot.GetImageBytes(Width, Height).Length > 0 ? null : "an empty image was drawn";
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            return error.GetBaseException().Message.ReplaceLineEndings(" ");
        }
    }

    internal static Plot New(string x, string y)
    {
        EmbeddedFont.Use();
        var plot = new Plot();
        plot.XLabel(x, LabelSize);
        plot.YLabel(y, LabelSize);
        (plot.Axes.Bottom.Label.Bold, plot.Axes.Left.Label.Bold) = (false, false);
        plot.Grid.MajorLineColor = Color.FromHex("#E6E6E6");
        plot.Axes.Bottom.TickLabelStyle.FontSize = TextSize;
        plot.Axes.Left.TickLabelStyle.FontSize = TextSize;
        plot.Legend.FontSize = TextSize;
        return plot;
    }

    /// <summary>Writes a text at a point.</summary>
    internal static void Write(Plot plot, string text, double x, double y, Alignment alignment, Color? color = null)
    {
        var label = plot.Add.Text(text, x, y);
        (label.LabelAlignment, label.LabelFontSize) = (alignment, TextSize);
        if (color is { } ink)
            label.LabelFontColor = ink;
    }

    /// <summary>The ticks of an axis of names, from the bottom up.</summary>
    internal static NumericManual Names(IEnumerable<string> names)
    {
        string[] labels = [.. names];
        return new NumericManual([.. Enumerable.Range(0, labels.Length).Select(i => (double)i)], labels);
    }

    /// <summary>
    /// Ticks of a logarithmic axis whose coordinates are log10 of the values: powers of ten, and rounder or finer
    /// multiples of them where few decades show, until there are at least three.
    /// </summary>
    internal static NumericManual LogTicks(double low, double high)
    {
        double[][] densities =
        [
            [1],
            [1, 2, 5],
            [.. Enumerable.Range(1, 9).Select(i => (double)i)],
            [.. Enumerable.Range(10, 90).Select(i => i / 10.0)],
            [.. Enumerable.Range(100, 900).Select(i => i / 100.0)],
        ];
        foreach (var steps in densities)
        {
            var ticks = Enumerable
                .Range((int)Math.Floor(low), (int)(Math.Ceiling(high) - Math.Floor(low)) + 1)
                .SelectMany(power =>
                    steps.Select(step => (At: power + Math.Log10(step), Label: PowerLabel(step, power)))
                )
                .Where(tick => tick.At >= low - 1e-9 && tick.At <= high + 1e-9)
                .ToArray();
            if (ticks.Length < 3 && steps != densities[^1])
                continue;
            // A finer density may give too many: every n-th is enough.
            var every = (ticks.Length + 7) / 8;
            ticks = [.. ticks.Where((_, i) => i % Math.Max(every, 1) == 0)];
            return new NumericManual([.. ticks.Select(tick => tick.At)], [.. ticks.Select(tick => tick.Label)]);
        }

        return new NumericManual([], []);
    }

    internal static NumericManual Ticks(double low, double high, double step, Func<double, string> label)
    {
        var positions = Enumerable
            .Range(
                (int)Math.Ceiling(low / step - 1e-9),
                (int)Math.Floor(high / step + 1e-9) - (int)Math.Ceiling(low / step - 1e-9) + 1
            )
            .Select(i => i * step)
            .ToArray();
        return new NumericManual(positions, [.. positions.Select(label)]);
    }

    /// <summary>1, 2 or 5 times a power of ten, so that an axis has about six ticks.</summary>
    internal static double NiceStep(double span)
    {
        var raw = span / 6;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        return power
            * (raw / power) switch
            {
                <= 1 => 1,
                <= 2 => 2,
                <= 5 => 5,
                _ => 10,
            };
    }

    internal static void Save(Plot plot, ResultsFolder folder, string name)
    {
        try
        {
            folder.WriteText($"{ResultsFolder.FiguresName}/{name}.svg", Renumbered(plot.GetSvgXml(Width, Height)));
            folder.WriteBytes(
                $"{ResultsFolder.FiguresName}/{name}.png",
                plot.GetImageBytes(Width, Height, ImageFormat.Png)
            );
        }
        catch (Exception error) when (error is InvalidOperationException or LedgerException)
        {
            throw new LedgerException(
                $"{Path.Combine(folder.Figures, name)}: cannot be drawn ({error.Message.ReplaceLineEndings(" ")}); "
                    + $"the tables are complete, and bench report tries again"
            );
        }
    }

    /// <summary>Draws a line through points.</summary>
    internal static void Line(
        Plot plot,
        double[] xs,
        double[] ys,
        Color color,
        float width,
        Stroke stroke = Stroke.Solid
    )
    {
        if (stroke == Stroke.Solid)
        {
            var line = plot.Add.Scatter(xs, ys);
            (line.Color, line.LineWidth, line.MarkerSize) = (color, width, 0);
        }
        else
        {
            plot.Add.Plottable(new BrokenLine(xs, ys, color, width, stroke));
        }
    }

    /// <summary>A number's text with a minus sign in place of a hyphen.</summary>
    internal static string Signed(string number) => number.Replace('-', '−');

    /// <summary>A number of two digits and a power of ten.</summary>
    internal static string Scientific(double value)
    {
        if (value <= 0)
            return "0";
        var power = (int)Math.Floor(Math.Log10(value) + 1e-9);
        var step = Math.Round(value / Math.Pow(10, power), 1);
        return step < 10 ? PowerLabel(step, power) : PowerLabel(1, power + 1);
    }

    /// <summary>
    /// Moves labels apart until none overlaps its neighbour, as little as needed, and keeps them inside the axes.
    /// </summary>
    internal static IReadOnlyList<(string Name, double Y)> Spread(
        IReadOnlyList<(string Name, double Y)> labels,
        double gap,
        double bottom,
        double top
    )
    {
        // So many labels that they cannot all keep their distance share the room evenly.
        gap = Math.Min(gap, (top - bottom) / (labels.Count + 1));
        var sorted = labels.OrderBy(label => label.Y).ToArray();
        var ys = sorted.Select(label => label.Y).ToArray();
        for (var round = 0; round < 200; round++)
        {
            for (var i = 1; i < ys.Length; i++)
            {
                var overlap = gap - (ys[i] - ys[i - 1]);
                if (overlap <= 0)
                    continue;
                ys[i] += overlap / 2;
                ys[i - 1] -= overlap / 2;
            }

            for (var i = 0; i < ys.Length; i++)
                ys[i] = Math.Clamp(ys[i], bottom + gap * (i + 0.5), top - gap * (ys.Length - i - 0.5));
        }

        return [.. sorted.Select((label, i) => (label.Name, ys[i]))];
    }

    // Skia numbers what an SVG refers to by what the process has drawn before.
    private static string Renumbered(string svg)
    {
        var numbers = new Dictionary<string, string>(StringComparer.Ordinal);
        return References()
            .Replace(
                svg,
                found =>
                    numbers.TryGetValue(found.Value, out var known)
                        ? known
                        : numbers[found.Value] = string.Create(
                            CultureInfo.InvariantCulture,
                            $"{found.Groups[1].Value}_{numbers.Count}"
                        )
            );
    }

    [GeneratedRegex("(?<=id=\"|url\\(#|href=\"#)([a-z]+)_[0-9a-f]+")]
    private static partial Regex References();

    // Numbers that people say are written out.
    private static string PowerLabel(double step, int power) =>
        power is >= -2 and <= 3
            ? (step * Math.Pow(10, power)).ToString("0.####", CultureInfo.InvariantCulture)
            : (step == 1 ? "" : step.ToString(CultureInfo.InvariantCulture) + "·") + "10" + Superscript(power);

    private static string Superscript(int number) =>
        string.Concat(
            number.ToString(CultureInfo.InvariantCulture).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0'])
        );
}
