using System.Globalization;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Bench.Report;

/// <summary>One curve for each method over an axis: points with intervals, a band between them, the name at the curve's end. Names along the axis are not joined.</summary>
internal static class CurveFigure
{
    /// <summary>A point of a curve.</summary>
    internal sealed record Point(double X, double Y, double? Low, double? High);

    /// <summary>The quantity below: logarithmic, or in even steps for numbers that are counted from 1 and for names.</summary>
    internal sealed record Axis(string Label, bool Even = false, IReadOnlyList<string>? Names = null)
    {
        public static implicit operator Axis(string label) => new(label);

        internal double Place(double x) => Even ? x : Math.Log10(x);

        internal NumericManual Ticks(double left, double right) => Even
            ? FigureRenderer.Ticks(left, right, 1, x => Names is null ? Number(x) : Names[(int)Math.Round(x) - 1])
            : FigureRenderer.LogTicks(left, right);
    }

    /// <summary>A labelled line across the figure.</summary>
    internal sealed record Reference(string Label, double Y);

    internal static void Draw(
        string folder, string name, Axis x, string y, IReadOnlyDictionary<string, Point[]> curves, IReadOnlyList<Reference> references, Func<double, string> tick,
        (double Low, double High)? natural, IReadOnlyDictionary<string, IReadOnlyList<(double X, double Y)>>? lines = null, bool namedAtOwnEnds = false)
    {
        if (curves.Values.All(curve => curve.Length == 0)) return;
        using var plot = FigureRenderer.New(x.Label, y);
        var styles = Style.Of(curves.Keys);
        var points = curves.Values.SelectMany(curve => curve).ToArray();
        var (left, right) = (x.Place(points.Min(point => point.X)), x.Place(points.Max(point => point.X)));
        if (right - left < 0.1) (left, right) = (left - 0.05, right + 0.05);
        var pad = Math.Max(right - left, 0.3) * 0.04;
        // Names stand to the right of the curves' ends, and the longest has room.
        var room = Math.Clamp((curves.Keys.Max(name => name.Length) * 7.8 + 10) / 800, 0.145, 0.4);
        (left, right) = (left - pad, left - pad + (right - left + 2 * pad) / (1 - room));
        var ys = points.SelectMany(point => new[] { point.Y, point.Low ?? point.Y, point.High ?? point.Y })
            .Concat(lines?.Values.SelectMany(line => line.Select(point => point.Y)) ?? []).ToArray();
        var (bottom, top) = natural ?? (ys.Min(), ys.Max());
        // A line that lies farther off than the curves reach would flatten them: its label stands at the edge instead.
        var far = references.Where(reference => reference.Y > top + (top - bottom) || reference.Y < bottom - (top - bottom)).ToArray();
        ys = [.. ys, .. references.Except(far).Select(reference => reference.Y)];
        (bottom, top) = (Math.Min(bottom, ys.Min()), Math.Max(top, ys.Max()));
        var margin = (top - bottom) * 0.06;
        (bottom, top) = (bottom - margin, top + margin);

        foreach (var reference in far)
        {
            var above = reference.Y > top;
            Label(plot, $"{(above ? "↑" : "↓")} {reference.Label}", left, above ? top : bottom, Color.FromHex("#555555"), above ? Alignment.UpperLeft : Alignment.LowerLeft);
        }

        foreach (var reference in Distinct([.. references.Except(far)], (top - bottom) * 0.04))
        {
            var line = plot.Add.HorizontalLine(reference.Y);
            (line.Color, line.LineWidth, line.LinePattern) = (Color.FromHex("#777777"), 1.5f, LinePattern.Dotted);
            // On the side of the line that is away from the curves.
            Label(plot, reference.Label, left, reference.Y, Color.FromHex("#555555"), reference.Y > (bottom + top) / 2 ? Alignment.LowerLeft : Alignment.UpperLeft);
        }

        foreach (var (method, curve) in curves)
        {
            var xs = curve.Select(point => x.Place(point.X)).ToArray();
            var color = styles[method].Color;
            if (curve.All(point => point.Low is not null && point.High is not null))
            {
                if (x.Names is null) Band(plot, xs, curve, color);
                foreach (var point in curve)
                {
                    double[] place = [x.Place(point.X), x.Place(point.X)], ends = [point.Low!.Value, point.High!.Value];
                    var interval = plot.Add.Scatter(place, ends);
                    (interval.Color, interval.LineWidth, interval.MarkerSize) = (color, 1.5f, 0);
                }
            }

            var own = lines?.GetValueOrDefault(method);
            if (own is not null)
            {
                var law = plot.Add.Scatter(own.Select(point => x.Place(point.X)).ToArray(), own.Select(point => point.Y).ToArray());
                (law.Color, law.LineWidth, law.MarkerSize) = (color, 1.5f, 0);
            }

            // Points that have a line of their own are not joined.
            var line = plot.Add.Scatter(xs, [.. curve.Select(point => point.Y)]);
            (line.Color, line.LineWidth, line.LinePattern) = (color, lines is null && x.Names is null ? 2 : 0, styles[method].Pattern);
            (line.MarkerShape, line.MarkerSize, line.MarkerLineWidth) = (styles[method].Marker, 9, 2);
        }

        foreach (var (method, at) in Spread([.. curves.Select(curve => (curve.Key, curve.Value[^1].Y))], (top - bottom) * 0.05, bottom, top))
            Label(plot, method, x.Place(namedAtOwnEnds ? curves[method][^1].X : points.Max(point => point.X)) + pad * 0.4, at, styles[method].Color, Alignment.MiddleLeft);

        plot.Axes.SetLimits(left, right, bottom, top);
        plot.Axes.Bottom.TickGenerator = x.Ticks(left, right - (right - left) * room);
        plot.Axes.Left.TickGenerator = FigureRenderer.Ticks(bottom, top, FigureRenderer.NiceStep(top - bottom), tick);
        FigureRenderer.Save(plot, folder, name);
    }

    private static void Band(Plot plot, double[] xs, IReadOnlyList<Point> curve, Color color)
    {
        var band = plot.Add.FillY(xs, [.. curve.Select(point => point.Low!.Value)], [.. curve.Select(point => point.High!.Value)]);
        (band.FillColor, band.LineWidth) = (color.WithAlpha(0.16), 0);
    }

    internal static string Percent(double value) => string.Create(CultureInfo.InvariantCulture, $"{100 * value:0}%");

    internal static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static void Label(Plot plot, string text, double x, double y, Color color, Alignment alignment)
    {
        var label = plot.Add.Text(text, x, y);
        (label.LabelFontColor, label.LabelFontSize, label.LabelAlignment) = (color, FigureRenderer.TextSize, alignment);
    }

    /// <summary>References that would print over each other share a line and a label.</summary>
    private static IEnumerable<Reference> Distinct(IReadOnlyList<Reference> references, double gap)
    {
        var kept = new List<Reference>();
        foreach (var reference in references)
        {
            var near = kept.FindIndex(other => Math.Abs(other.Y - reference.Y) < gap);
            if (near < 0) kept.Add(reference);
            else kept[near] = kept[near] with { Label = $"{kept[near].Label}, {reference.Label}" };
        }

        return kept;
    }

    /// <summary>Moves labels apart until none overlaps its neighbour, as little as needed, and keeps them inside the axes.</summary>
    internal static IReadOnlyList<(string Name, double Y)> Spread(IReadOnlyList<(string Name, double Y)> labels, double gap, double bottom, double top)
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
                if (overlap <= 0) continue;
                ys[i] += overlap / 2;
                ys[i - 1] -= overlap / 2;
            }

            for (var i = 0; i < ys.Length; i++) ys[i] = Math.Clamp(ys[i], bottom + gap * (i + 0.5), top - gap * (ys.Length - i - 0.5));
        }

        return [.. sorted.Select((label, i) => (label.Name, ys[i]))];
    }
}
