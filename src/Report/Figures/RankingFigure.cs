using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;
using ScottPlot;

namespace Bench.Report.Figures;

/// <summary>
/// Every method of an experiment with one budget, best on top, with its interval; the teacher is a labelled line.
/// </summary>
internal static class RankingFigure
{
    internal static void Draw(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        IReadOnlyList<SummaryRow> rows,
        Metric metric,
        string name
    )
    {
        var ranked = rows.Where(row => row.Budget is not null)
            .OrderBy(row => metric.HigherIsBetter ? row.Value : -row.Value)
            .ToArray();
        var teachers = results
            .Summary.Where(row =>
                row.Method == Summary.Teacher && row.Task == rows[0].Task && row.Metric == metric.Name
            )
            .ToArray();
        var seeds = new SeedValues(results);
        using var plot = FigureRenderer.New(metric.Label, "");
        for (var place = 0; place < ranked.Length; place++)
            Mark(plot, spec, ranked[place], seeds, place);
        // Inside the frame: the best is at the right where more is better, else at the left.
        var side = metric.HigherIsBetter ? Alignment.LowerRight : Alignment.LowerLeft;
        foreach (var teacher in teachers)
        {
            double[] across = [teacher.Value, teacher.Value],
                along = [-0.6, ranked.Length - 0.4];
            FigureRenderer.Line(plot, across, along, Colors.Black, 1, Stroke.Dotted);
            FigureRenderer.Write(plot, $"teacher {teacher.Teacher}", teacher.Value, ranked.Length - 0.4, side);
        }

        var values = ranked
            .SelectMany(row => new[] { row.CiLow ?? row.Value, row.CiHigh ?? row.Value }.Concat(seeds.Of(row)))
            .Concat(teachers.Select(row => row.Value))
            .ToArray();
        var margin = 0.03 * Math.Max(values.Max() - values.Min(), 1e-9);
        var (left, right) = (values.Min() - margin, values.Max() + margin);
        plot.Axes.SetLimits(left, right, -0.6, ranked.Length + 0.4);
        plot.Axes.Bottom.TickGenerator = FigureRenderer.Ticks(
            left,
            right,
            FigureRenderer.NiceStep(right - left),
            CurveFigure.Number
        );
        plot.Axes.Left.TickGenerator = FigureRenderer.Names(
            ranked.Select(row => Labels.Of(spec, row.Teacher, row.Method))
        );
        FigureRenderer.Save(plot, folder, name);
        Captions.Write(
            folder,
            name,
            $"{metric.Label} of student {rows[0].Student} by method, at {spec.Budgets[^1].AmountText} "
                + $"{spec.Budgets[^1].Label}; baselines without a teacher are grey.",
            spec,
            rows,
            results
        );
    }

    // A method's interval, seeds and mean.
    private static void Mark(Plot plot, ExperimentSpec spec, SummaryRow row, SeedValues seeds, int place)
    {
        var color = MethodLook.OfRank(spec.Methods.First(method => method.Name == row.Method).IsBaseline);
        if (row is { CiLow: { } low, CiHigh: { } high })
        {
            double[] ends = [low, high],
                level = [place, place];
            FigureRenderer.Line(plot, ends, level, color, 2);
        }

        foreach (var seed in seeds.Of(row) is { Count: > 1 } several ? several : [])
            plot.Add.Marker(seed, place + 0.16, MarkerShape.FilledCircle, 5, color.WithAlpha(0.55)).MarkerLineWidth = 0;
        double[] value = [row.Value],
            at = [place];
        var point = plot.Add.Scatter(value, at);
        (point.Color, point.MarkerShape, point.MarkerSize, point.LineWidth) = (color, MarkerShape.FilledCircle, 9, 0);
    }
}
