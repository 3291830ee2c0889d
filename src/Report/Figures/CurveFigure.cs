using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Report.Style;
using ScottPlot;
using ScottPlot.TickGenerators;

namespace Bench.Report.Figures;

/// <summary>
/// One curve for each method over an axis: means with their intervals and the seeds that they are means of, the name at
/// the curve's end. Nothing is filled between two budgets, since nothing was measured there; names along the axis are
/// not joined.
/// </summary>
internal sealed class CurveFigure
{
    private const float SeedSize = 5;

    // Seeds stand beside the interval, in shares of the figure's width.
    private const double SeedShift = 0.006;

    private static readonly Color Grey = Color.FromHex("#555555");

    /// <summary>A mean, its interval, and the values of the seeds.</summary>
    internal sealed record Point(double X, double Y, double? Low, double? High, IReadOnlyList<double>? Seeds = null);

    /// <summary>
    /// The quantity below: logarithmic, or in even steps for numbers that are counted from 1 and for names.
    /// </summary>
    internal sealed record Axis(string Label, bool Even = false, IReadOnlyList<string>? Names = null)
    {
        public static implicit operator Axis(string label) => new(label);

        internal double Place(double x) => Even ? x : Math.Log10(x);

        internal NumericManual Ticks(double left, double right) =>
            Even
                ? FigureRenderer.Ticks(
                    Names is null ? left : Math.Max(left, 1),
                    Names is null ? right : Math.Min(right, Names.Count),
                    1,
                    x => Names is null ? Number(x) : Names[(int)Math.Round(x) - 1]
                )
                : FigureRenderer.LogTicks(left, right);
    }

    /// <summary>A labelled line across the figure.</summary>
    internal sealed record Reference(string Label, double Y);

    internal required Axis X { get; init; }

    /// <summary>The quantity at the left.</summary>
    internal required string Y { get; init; }

    internal required IReadOnlyDictionary<string, Point[]> Curves { get; init; }

    /// <summary>The look of each curve.</summary>
    internal required IReadOnlyDictionary<string, MethodLook> Styles { get; init; }

    internal IReadOnlyList<Reference> References { get; init; } = [];

    internal Func<double, string> Tick { get; init; } = Number;

    /// <summary>The range that the axis shows at least.</summary>
    internal (double Low, double High)? Natural { get; init; }

    /// <summary>Lines that are drawn in place of joining a curve's points.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<(double X, double Y)>>? Lines { get; init; }

    /// <summary>Whether names stand at their own curve's end; else one below the other behind the last.</summary>
    internal bool NamedAtOwnEnds { get; init; }

    internal void Draw(ResultsFolder folder, string name)
    {
        if (Curves.Values.Any(curve => curve.Length == 0))
        {
            WithoutEmpty().Draw(folder, name);
            return;
        }

        if (Curves.Count == 0)
            return;
        using var plot = FigureRenderer.New(X.Label, Y);
        var frame = CurveFrame.Of(this);
        var ends = Curves.Select(curve => EndOf(curve.Key, curve.Value)).ToArray();
        foreach (var reference in References)
            Refer(plot, reference, ends, frame);
        var places = Places(frame);
        foreach (var (method, curve) in Curves)
            Draw(plot, method, curve, places[method], frame);
        Name(plot, places, frame);
        plot.Axes.SetLimits(frame.Left, frame.Right, frame.Bottom, frame.Top);
        plot.Axes.Bottom.TickGenerator = X.Ticks(frame.Left, frame.Right - frame.Room);
        plot.Axes.Left.TickGenerator = FigureRenderer.Ticks(
            frame.Bottom,
            frame.Top,
            FigureRenderer.NiceStep(frame.Height),
            Tick
        );
        FigureRenderer.Save(plot, folder, name);
    }

    private CurveFigure WithoutEmpty() =>
        new()
        {
            X = X,
            Y = Y,
            Curves = Curves.Where(curve => curve.Value.Length > 0).ToDictionary(StringComparer.Ordinal),
            Styles = Styles,
            References = References,
            Tick = Tick,
            Natural = Natural,
            Lines = Lines,
            NamedAtOwnEnds = NamedAtOwnEnds,
        };

    internal static string Percent(double value) =>
        FigureRenderer.Signed(string.Create(CultureInfo.InvariantCulture, $"{100 * value:0}%"));

    internal static string Number(double value) =>
        FigureRenderer.Signed(value.ToString("0.###", CultureInfo.InvariantCulture));

    // Methods with the same budget stand side by side, so that no interval hides another.
    private Dictionary<string, double[]> Places(CurveFrame frame)
    {
        var side = Curves
            .Values.SelectMany(curve => curve.Select(point => point.X))
            .GroupBy(x => x)
            .ToDictionary(group => group.Key, group => group.Count());
        var taken = new Dictionary<double, int>();
        return Curves.ToDictionary(
            curve => curve.Key,
            curve =>
                curve
                    .Value.Select(point =>
                    {
                        var mine = taken[point.X] = taken.GetValueOrDefault(point.X) + 1;
                        return X.Place(point.X)
                            + (Lines is null ? (mine - (side[point.X] + 1) / 2.0) * frame.Width * 0.009 : 0);
                    })
                    .ToArray()
        );
    }

    private void Draw(Plot plot, string method, Point[] curve, double[] places, CurveFrame frame)
    {
        var style = Styles[method];
        foreach (var (point, at) in curve.Zip(places))
        {
            if (point is { Low: { } low, High: { } high })
                Interval(plot, at, low, high, style.Color, frame);
            foreach (var seed in point.Seeds is { Count: > 1 } seeds ? seeds : [])
            {
                var mark = plot.Add.Marker(
                    at - frame.Width * SeedShift,
                    seed,
                    MarkerShape.FilledCircle,
                    SeedSize,
                    style.Color.WithAlpha(0.55)
                );
                mark.MarkerLineWidth = 0;
            }
        }

        if (Lines?.GetValueOrDefault(method) is { } own)
        {
            FigureRenderer.Line(
                plot,
                [.. own.Select(point => X.Place(point.X))],
                [.. own.Select(point => point.Y)],
                style.Color,
                1.5f,
                style.Stroke
            );
        }

        // Points that have a line of their own are not joined.
        double[] heights = [.. curve.Select(point => point.Y)];
        if (Lines is null && X.Names is null)
            FigureRenderer.Line(plot, places, heights, style.Color, 2, style.Stroke);
        var marks = plot.Add.Scatter(places, heights);
        (
            marks.Color,
            marks.LineWidth,
            marks.MarkerShape,
            marks.MarkerSize,
            marks.MarkerLineWidth,
            marks.MarkerLineColor
        ) = (style.Color, 0, style.Marker, 9, 2, style.Color);
    }

    // One that leaves the frame says where it ends.
    private void Interval(Plot plot, double at, double low, double high, Color color, CurveFrame frame)
    {
        double[] place = [at, at],
            ends = [Math.Max(low, frame.Bottom), Math.Min(high, frame.Top)];
        FigureRenderer.Line(plot, place, ends, color, 1.5f);
        if (high > frame.Top)
            FigureRenderer.Write(
                plot,
                $" ↑ {Tick(high)}",
                at,
                frame.Top - frame.Height * 0.012,
                Alignment.UpperLeft,
                color
            );
        if (low < frame.Bottom)
            FigureRenderer.Write(
                plot,
                $" ↓ {Tick(low)}",
                at,
                frame.Bottom + frame.Height * 0.012,
                Alignment.LowerLeft,
                color
            );
    }

    // A line that lies farther off than the curves reach would flatten them: its label stands at the edge instead.
    private static void Refer(Plot plot, Reference reference, double[] ends, CurveFrame frame)
    {
        if (frame.IsFar(reference.Y))
        {
            var above = reference.Y > frame.Top;
            FigureRenderer.Write(
                plot,
                $"{(above ? "↑" : "↓")} {reference.Label}",
                frame.Left + frame.Width * 0.004,
                above ? frame.Top - frame.Height * 0.012 : frame.Bottom + frame.Height * 0.012,
                above ? Alignment.UpperLeft : Alignment.LowerLeft,
                Grey
            );
            return;
        }

        FigureRenderer.Line(
            plot,
            [frame.Left, frame.Right],
            [reference.Y, reference.Y],
            Color.FromHex("#777777"),
            1.5f,
            Stroke.Dotted
        );
        if (frame.ReferenceLabels.FirstOrDefault(label => label.Y == reference.Y)?.Label is not { } text)
            return;
        var (high, crowded) = (
            reference.Y > (frame.Bottom + frame.Top) / 2,
            ends.Any(end => Math.Abs(end - reference.Y) < frame.Height * 0.12)
        );
        // Curves begin low at the left and end high at the right.
        if (high || crowded)
            FigureRenderer.Write(
                plot,
                text,
                frame.Left + frame.Width * 0.004,
                reference.Y + (high ? 1 : -1) * frame.Height * 0.008,
                high ? Alignment.LowerLeft : Alignment.UpperLeft,
                Grey
            );
        else
            FigureRenderer.Write(
                plot,
                text,
                frame.Right - frame.Width * 0.004,
                reference.Y - frame.Height * 0.008,
                Alignment.UpperRight,
                Grey
            );
    }

    private void Name(Plot plot, Dictionary<string, double[]> places, CurveFrame frame)
    {
        var last = places.Values.Max(curve => curve.Max());
        var ends = Curves.Select(curve => (Name: curve.Key, Y: EndOf(curve.Key, curve.Value))).ToArray();
        foreach (var (method, at) in FigureRenderer.Spread(ends, frame.Height * 0.046, frame.Bottom, frame.Top))
        {
            var (own, from) = (ends.First(end => end.Name == method).Y, places[method][^1]);
            var x = (NamedAtOwnEnds ? from : last) + frame.Width * 0.02;
            if (Math.Abs(own - at) > frame.Height * 0.02 || x - from > frame.Width * 0.05)
            {
                double[] across = [from + frame.Width * 0.008, x - frame.Width * 0.003],
                    along = [own, at];
                FigureRenderer.Line(plot, across, along, Styles[method].Color.WithAlpha(0.6), 0.8f, Stroke.Dotted);
            }

            FigureRenderer.Write(plot, method, x, at, Alignment.MiddleLeft, Styles[method].Ink);
        }
    }

    private double EndOf(string method, Point[] curve) =>
        Lines?.GetValueOrDefault(method) is { Count: > 0 } line ? line[^1].Y : curve[^1].Y;
}
