using ScottPlot;

namespace Bench.Report.Style;

/// <summary>A dashed or dotted line through points, stroke by stroke: Skia writes no dashes into an SVG.</summary>
internal sealed class BrokenLine(double[] xs, double[] ys, Color color, float width, Stroke stroke) : IPlottable
{
    public bool IsVisible { get; set; } = true;

    public IAxes Axes { get; set; } = new Axes();

    public IEnumerable<LegendItem> LegendItems => [];

    public AxisLimits GetAxisLimits() => new(xs.Min(), xs.Max(), ys.Min(), ys.Max());

    public void Render(RenderPack rp)
    {
        var style = new LineStyle
        {
            Color = color,
            Width = width,
            AntiAlias = true,
        };
        var (drawn, gap) = stroke == Stroke.Dashed ? (8f, 5f) : (2f, 3f);
        var done = 0f;
        for (var i = 1; i < xs.Length; i++)
        {
            Pixel from = Axes.GetPixel(new Coordinates(xs[i - 1], ys[i - 1])),
                to = Axes.GetPixel(new Coordinates(xs[i], ys[i]));
            var length = MathF.Sqrt((to.X - from.X) * (to.X - from.X) + (to.Y - from.Y) * (to.Y - from.Y));
            Pixel At(float share) => new(from.X + (to.X - from.X) * share, from.Y + (to.Y - from.Y) * share);
            // Strokes go on from one piece to the next.
            for (var at = -(done % (drawn + gap)); at < length; at += drawn + gap)
            {
                var (start, end) = (Math.Max(at, 0), Math.Min(at + drawn, length));
                if (end > start)
                    Drawing.DrawLine(rp.Canvas, rp.Paint, At(start / length), At(end / length), style);
            }

            done += length;
        }
    }
}
