using System.Globalization;
using System.Text;
using Bench.Protocol.Claims;
using Bench.Protocol.Ledger;
using Bench.Report.Figures;
using Bench.Report.Style;
using Bench.Report.Tables;
using MathNet.Numerics.Statistics;
using ScottPlot;

namespace Bench.Report;

/// <summary>The arithmetic of published cost claims: as text, CSV, LaTeX and two figures.</summary>
public static class ClaimReport
{
    private static readonly Dictionary<Verdict, (string Color, MarkerShape Marker)> Looks = new()
    {
        [Verdict.Inside] = ("#009E73", MarkerShape.FilledCircle),
        [Verdict.OutsideEveryPlausibleRange] = ("#E69F00", MarkerShape.FilledTriangleUp),
        [Verdict.ContradictsItself] = ("#D55E00", MarkerShape.FilledSquare),
    };

    /// <summary>
    /// Writes verdicts.csv, findings.csv, open.csv, gaps.csv, the tables and the figures into a folder.
    /// </summary>
    public static void Write(ResultsFolder folder, IReadOnlyList<RunCheck> checks, double tolerance)
    {
        folder.WriteTable("verdicts.csv", checks.Select(VerdictRow.Of));
        folder.WriteTable("findings.csv", checks.SelectMany(FindingRow.Of));
        folder.WriteTable("open.csv", checks.SelectMany(OpenRow.Of));
        folder.WriteTable("gaps.csv", checks.SelectMany(GapRow.Of));
        folder.WriteText($"{ResultsFolder.TablesName}/claims.txt", Text(checks, tolerance));
        folder.WriteText($"{ResultsFolder.TablesName}/claims.tex", Latex(checks, tolerance));
        CostFigure(folder, checks);
        GapFigure(folder, checks);
        NarrowingFigure(folder, checks);
    }

    /// <summary>A line for each run under its verdict, then how closely they are bounded, and by what.</summary>
    public static string Text(IReadOnlyList<RunCheck> checks, double tolerance)
    {
        var text = new StringBuilder();
        foreach (var group in checks.GroupBy(check => check.Verdict).OrderByDescending(group => group.Key))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{VerdictRow.Name(group.Key)}: {group.Count()} of {checks.Count} runs\n"
            );
            foreach (var check in group)
                text.Append(TextWrap.Wrapped($"  {check.Run}: {check.Reason}", 78));
            text.Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"runs bounded within a factor of  2    5   10  more  not at all\n");
        foreach (var (quantity, counts) in ClaimSummary.Counts(checks))
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {quantity, -28}{counts[0], 4} {counts[1], 4} {counts[2], 4}  {counts[3], 4}  {counts[4], 10}\n"
            );
        text.Append("\nby which factor one more number would narrow the dollars, median of the runs\n");
        foreach (var (quantity, runs) in ClaimSummary.Narrowing(checks))
            text.Append(
                CultureInfo.InvariantCulture,
                $"  {quantity, -28}{runs.Select(run => run.Factor).Median(), 4:0.0}  in {runs.Count} runs\n"
            );
        return text.Append('\n').Append(TextWrap.Wrapped(Terms(tolerance), 78)).ToString();
    }

    private static string Terms(double tolerance) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Figures agree within {100 * tolerance:0.#}%. Ranges are those of ranges.csv and, for prices, of the "
                + $"quotes of the claim's year in prices.csv. The verdicts are about numbers that were published, not "
                + $"about anybody who published them."
        );

    private static string Latex(IReadOnlyList<RunCheck> checks, double tolerance)
    {
        var text = new StringBuilder(
            "% needs \\usepackage{booktabs}\n\\begin{table}\n\\centering\n\\begin{tabular}{llrrr}\n\\toprule\nrun & "
                + "verdict & USD & GPU-hours & FLOPs \\\\\n\\midrule\n"
        );
        foreach (var check in checks.Where(check => (check.Dollars ?? check.GpuHours ?? check.Flops) is not null))
            text.Append(
                CultureInfo.InvariantCulture,
                $"{ComparisonTables.Escape(check.Run)} & {VerdictRow.Name(check.Verdict)} & {check.Dollars} & "
                    + $"{check.GpuHours} & {check.Flops} \\\\\n"
            );
        return text.Append(
                CultureInfo.InvariantCulture,
                $"\\bottomrule\n\\end{{tabular}}\n\\caption{{{ComparisonTables.Escape(Terms(tolerance))}}}\n\\end{{t"
                    + $"able}}\n"
            )
            .ToString();
    }

    private static readonly Color Ink = Color.FromHex("#333333");

    // Stated against recomputed: on the diagonal both agree.
    private static void CostFigure(ResultsFolder folder, IReadOnlyList<RunCheck> checks)
    {
        var points = checks.Where(check => check.RentedCost > 0 && check.MarketCost is not null).ToArray();
        if (points.Length == 0)
            return;
        using var plot = FigureRenderer.New(
            "stated cost of GPUs (USD)",
            "cost at market prices, lowest to highest (USD)"
        );
        var all = points
            .SelectMany(point =>
                new[] { point.RentedCost!.Value, point.MarketCost!.Value.Low, point.MarketCost.Value.High }
            )
            .Select(Math.Log10)
            .ToArray();
        var (low, high) = (all.Min() - 0.3, all.Max() + 0.3);
        double[] ends = [low, high];
        FigureRenderer.Line(plot, ends, ends, Color.FromHex("#777777"), 1.5f, Stroke.Dotted);
        foreach (var point in points)
        {
            var (x, market) = (Math.Log10(point.RentedCost!.Value), point.MarketCost!.Value);
            double[] across = [x, x],
                range = [Math.Log10(market.Low), Math.Log10(market.High)];
            var line = plot.Add.Scatter(across, range);
            (line.Color, line.LineWidth, line.MarkerSize) = (Color.FromHex(Looks[point.Verdict].Color), 2, 0);
            Mark(plot, point.Verdict, x, range.Average());
        }

        foreach (
            var (run, y) in FigureRenderer.Spread(
                [
                    .. points.Select(point =>
                        (point.Run, Middle(point.MarketCost!.Value.Low, point.MarketCost.Value.High))
                    ),
                ],
                (high - low) * 0.05,
                low,
                high
            )
        )
        {
            var cost = points.First(point => point.Run == run).RentedCost!.Value;
            FigureRenderer.Write(plot, run, Math.Log10(cost) + (high - low) * 0.02, y, Alignment.MiddleLeft, Ink);
        }

        plot.ShowLegend(Alignment.UpperLeft);
        Legend(plot, points.Select(point => point.Verdict), low - 10, low - 10);
        plot.Axes.SetLimits(low, high + (high - low) * 0.12, low, high);
        plot.Axes.Bottom.TickGenerator = FigureRenderer.LogTicks(low, high);
        plot.Axes.Left.TickGenerator = FigureRenderer.LogTicks(low, high);
        FigureRenderer.Save(plot, folder, "stated-against-recomputed");
        Caption(
            folder,
            "stated-against-recomputed",
            "Stated cost of the GPUs of each training run (data that was bought is left out) against its GPU-hours "
                + "at market prices, on logarithmic axes. A line goes from the lowest to the highest market price, "
                + "the marker stands in the middle and says the verdict; on the dotted diagonal both agree."
        );
    }

    // On a logarithmic axis.
    private static double Middle(double low, double high) => (Math.Log10(low) + Math.Log10(high)) / 2;

    private static void GapFigure(ResultsFolder folder, IReadOnlyList<RunCheck> checks)
    {
        var rows = checks
            .SelectMany(check => GapRow.Of(check).Select(row => (check.Verdict, Row: row)))
            .Where(entry => entry.Row is { CostUsd: > 0, Recovered: not null })
            .ToArray();
        if (rows.Length == 0)
            return;
        using var plot = FigureRenderer.New("cost (USD)", "gap to the teacher recovered");
        var xs = rows.Select(entry => Math.Log10(entry.Row.CostUsd!.Value)).ToArray();
        var (left, right) = (xs.Min() - 0.3, xs.Max() + 0.3);
        var (bottom, top) = (
            Math.Min(0, rows.Min(entry => entry.Row.RecoveredLow ?? entry.Row.Recovered!.Value)) - 0.1,
            Math.Max(1, rows.Max(entry => entry.Row.RecoveredHigh ?? entry.Row.Recovered!.Value)) + 0.1
        );
        FigureRenderer.Line(
            plot,
            [left, right + (right - left) * 0.3],
            [1, 1],
            Color.FromHex("#777777"),
            1.5f,
            Stroke.Dotted
        );
        foreach (var run in rows.GroupBy(entry => entry.Row.Run))
            Gaps(plot, [.. run], (right - left) * 0.012, (bottom, top));
        plot.Axes.SetLimits(left, right + (right - left) * 0.3, bottom, top);
        plot.Axes.Bottom.TickGenerator = FigureRenderer.LogTicks(left, right);
        plot.Axes.Left.TickGenerator = FigureRenderer.Ticks(
            bottom,
            top,
            FigureRenderer.NiceStep(top - bottom),
            CurveFigure.Percent
        );
        FigureRenderer.Save(plot, folder, "recovered-against-dollars");
        Caption(
            folder,
            "recovered-against-dollars",
            "The gap between the student before its training and its teacher that each run recovered, by benchmark, "
                + "against what the run cost: as stated, or the geometric mean of its lowest and highest cost at "
                + "market prices. On the dotted line the student is as good as its teacher. Lines are Fieller's 95% "
                + "sets from the number of a benchmark's items, its three scores taken as independent; a point without "
                + "one is of a benchmark whose items are not known. Benchmarks whose gap may be nothing are left out; "
                + "those of one run stand side by side."
        );
    }

    // Benchmarks of one run stand side by side, and their names to the right of the last.
    private static void Gaps(
        Plot plot,
        (Verdict Verdict, GapRow Row)[] run,
        double step,
        (double Bottom, double Top) range
    )
    {
        var cost = Math.Log10(run[0].Row.CostUsd!.Value);
        foreach (var (place, (verdict, row)) in run.Index())
        {
            var x = cost + step * (place - (run.Length - 1) / 2.0);
            if (row is { RecoveredLow: { } low, RecoveredHigh: { } high })
                FigureRenderer.Line(plot, [x, x], [low, high], Color.FromHex(Looks[verdict].Color), 1.5f);
            Mark(plot, verdict, x, row.Recovered!.Value);
        }

        foreach (
            var (benchmark, y) in FigureRenderer.Spread(
                [.. run.Select(entry => ($"{entry.Row.Run}, {entry.Row.Part}", entry.Row.Recovered!.Value))],
                (range.Top - range.Bottom) * 0.045,
                range.Bottom,
                range.Top
            )
        )
            FigureRenderer.Write(plot, benchmark, cost + step * (run.Length + 1) / 2.0, y, Alignment.MiddleLeft, Ink);
    }

    // A bar to the median over the runs, and a point for each run.
    private static void NarrowingFigure(ResultsFolder folder, IReadOnlyList<RunCheck> checks)
    {
        var rows = ClaimSummary.Narrowing(checks).Reverse().ToArray();
        if (rows.Length == 0)
            return;
        using var plot = FigureRenderer.New("factor by which the bounds of the dollars would narrow", "");
        foreach (var (y, (_, runs)) in rows.Index())
        {
            var median = Math.Log10(runs.Select(run => run.Factor).Median());
            FigureRenderer.Line(plot, [0, median], [y, y], Color.FromHex("#9ECAE1"), 18);
            foreach (var (_, factor) in runs)
                Mark(plot, Verdict.Inside, Math.Log10(factor), y);
        }

        var right = rows.Max(row => row.Runs.Max(run => Math.Log10(run.Factor))) + 0.1;
        plot.Axes.SetLimits(0, right, -0.6, rows.Length - 0.4);
        plot.Axes.Bottom.TickGenerator = FigureRenderer.LogTicks(0, right);
        plot.Axes.Left.SetTicks(
            [.. rows.Index().Select(row => (double)row.Index)],
            [.. rows.Select(row => row.Quantity)]
        );
        FigureRenderer.Save(plot, folder, "narrowing");
        Caption(
            folder,
            "narrowing",
            "By which factor the bounds of a run's dollars would lie closer if one quantity that its sources leave "
                + "open were known, at the geometric middle of its assumed range: a point for each run where it is "
                + "open, a bar to the median. Logarithmic axis."
        );
    }

    private static void Mark(Plot plot, Verdict verdict, double x, double y, string legend = "")
    {
        double[] place = [x],
            height = [y];
        var point = plot.Add.Scatter(place, height);
        (point.Color, point.LineWidth, point.MarkerShape, point.MarkerSize, point.MarkerLineWidth, point.LegendText) = (
            Color.FromHex(Looks[verdict].Color),
            0,
            Looks[verdict].Marker,
            10,
            2,
            legend
        );
    }

    // Points outside the axes carry the legend.
    private static void Legend(Plot plot, IEnumerable<Verdict> verdicts, double x, double y)
    {
        foreach (var verdict in verdicts.Distinct().Order())
            Mark(plot, verdict, x, y, VerdictRow.Name(verdict));
    }

    private static void Caption(ResultsFolder folder, string name, string text) =>
        folder.WriteText($"{ResultsFolder.FiguresName}/{name}.md", text + "\n");
}
