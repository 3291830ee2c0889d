namespace Bench.Report.Figures;

/// <summary>The limits and marks of the axes.</summary>
/// <param name="Room">At the right, for the names.</param>
/// <param name="ReferenceLabels">Of the lines; those that would print over each other share one.</param>
internal sealed record CurveFrame(
    double Left,
    double Right,
    double Bottom,
    double Top,
    double Room,
    IReadOnlyList<CurveFigure.Reference> ReferenceLabels
)
{
    // Of the room from the lowest to the highest mean: an interval that reaches farther is cut.
    private const double FarthestInterval = 1;

    internal double Width => Right - Left;

    internal double Height => Top - Bottom;

    internal bool IsFar(double y) => y > Top || y < Bottom;

    internal static CurveFrame Of(CurveFigure figure)
    {
        var points = figure.Curves.Values.SelectMany(curve => curve).ToArray();
        var (left, right) = (
            figure.X.Place(points.Min(point => point.X)),
            figure.X.Place(points.Max(point => point.X))
        );
        if (right - left < 0.1)
            (left, right) = (left - 0.05, right + 0.05);
        var pad = Math.Max(right - left, 0.3) * 0.05;
        // Names stand to the right of the curves' ends, and the longest has room.
        var room = Math.Clamp((figure.Curves.Keys.Max(name => name.Length) * 8.2 + 26) / 800, 0.13, 0.4);
        (left, right) = (left - pad, left - pad + (right - left + 2 * pad) / (1 - room));
        var (bottom, top) = Heights(figure, points);
        // Near ones are in the frame, and far ones are not.
        var near = figure
            .References.Where(reference =>
                reference.Y <= top + (top - bottom) / 2 && reference.Y >= bottom - (top - bottom) / 2
            )
            .ToArray();
        foreach (var reference in near)
            (bottom, top) = (Math.Min(bottom, reference.Y), Math.Max(top, reference.Y));
        var margin = (top - bottom) * 0.07;
        (bottom, top) = (bottom - margin, top + margin);
        return new CurveFrame(
            Left: left,
            Right: right,
            Bottom: bottom,
            Top: top,
            Room: (right - left) * room,
            ReferenceLabels: Shared(near, (top - bottom) * 0.045)
        );
    }

    // Means, seeds and lines whole; intervals as far as they do not flatten everything else.
    private static (double Bottom, double Top) Heights(CurveFigure figure, CurveFigure.Point[] points)
    {
        var ys = points
            .SelectMany(point => (point.Seeds ?? []).Append(point.Y))
            .Concat(figure.Lines?.Values.SelectMany(line => line.Select(point => point.Y)) ?? [])
            .Concat(figure.Natural is { } natural ? [natural.Low, natural.High] : [])
            .ToArray();
        var (bottom, top) = (ys.Min(), ys.Max());
        var span = top - bottom > 0 ? top - bottom : Math.Max(Math.Abs(top) * 0.1, 1e-9);
        if (top == bottom)
            (bottom, top) = (bottom - span / 2, top + span / 2);
        var (lows, highs) = (points.Min(point => point.Low ?? point.Y), points.Max(point => point.High ?? point.Y));
        return (
            Math.Max(Math.Min(lows, bottom), bottom - FarthestInterval * span),
            Math.Min(Math.Max(highs, top), top + FarthestInterval * span)
        );
    }

    private static List<CurveFigure.Reference> Shared(IReadOnlyList<CurveFigure.Reference> references, double gap)
    {
        var kept = new List<CurveFigure.Reference>();
        foreach (var reference in references)
        {
            var near = kept.FindIndex(other => Math.Abs(other.Y - reference.Y) < gap);
            if (near < 0)
                kept.Add(reference);
            else
                kept[near] = kept[near] with { Label = $"{kept[near].Label}, {reference.Label}" };
        }

        return kept;
    }
}
