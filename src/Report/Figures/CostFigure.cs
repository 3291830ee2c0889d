using System.Globalization;
using Bench.Protocol.Costs;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Report.Style;
using ScottPlot;

namespace Bench.Report.Figures;

/// <summary>
/// The cost of each method at the largest budget, by kind, as stacked bars, one below the other; the teacher has its
/// own.
/// </summary>
internal static class CostFigure
{
    internal static void Draw(
        ExperimentSpec spec,
        ResultsFolder folder,
        Results results,
        StudentSpec student,
        string name
    )
    {
        var charges = results.Charges.ToLookup(charge => charge.Run, StringComparer.Ordinal);
        var bars = Bars(spec, results, student, charges);
        if (bars.Count == 0 || results.Summary.All(row => row.Student != student.Name))
            return;
        using var plot = FigureRenderer.New("compute of one run (FLOPs)", "");
        var highest = bars.Max(bar => bar.Flops.Values.Sum());
        foreach (var (kindName, kind) in Charge.Names)
            if (Boxes(bars, kind) is { Count: > 0 } boxes)
                plot.Add.Bars(boxes).LegendText = kindName;

        for (var i = 0; i < bars.Count; i++)
        {
            var total = bars[i].Flops.Values.Sum();
            FigureRenderer.Write(
                plot,
                FigureRenderer.Scientific(total),
                total + 0.01 * highest,
                bars.Count - 1 - i,
                Alignment.MiddleLeft
            );
        }

        plot.ShowLegend(Edge.Top);
        plot.Axes.SetLimits(0, highest * 1.18, -0.6, bars.Count - 0.4);
        plot.Axes.Left.TickGenerator = FigureRenderer.Names(bars.Select(bar => bar.Label).Reverse());
        plot.Axes.Bottom.TickGenerator = FigureRenderer.Ticks(
            0,
            highest * 1.18,
            FigureRenderer.NiceStep(highest),
            FigureRenderer.Scientific
        );
        FigureRenderer.Save(plot, folder, name);
        Captions.Write(
            folder,
            name,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Compute of one run at the largest budget ({spec.Budgets[^1].AmountText} {spec.Budgets[^1].Label}) "
                    + $"by kind, student {student.Name}; the teacher's own bar is paid once, whatever the number of "
                    + $"students."
            ),
            spec,
            [.. results.Summary.Where(row => row.Student == student.Name)],
            results
        );
    }

    // One kind's part of each bar, behind the parts of the kinds before it.
    private static List<Bar> Boxes(
        IReadOnlyList<(string Label, SortedDictionary<ChargeKind, double> Flops)> bars,
        ChargeKind kind
    )
    {
        var boxes = new List<Bar>();
        for (var i = 0; i < bars.Count; i++)
        {
            if (!bars[i].Flops.TryGetValue(kind, out var flops))
                continue;
            var below = bars[i].Flops.Where(pair => pair.Key < kind).Sum(pair => pair.Value);
            boxes.Add(
                new Bar
                {
                    Orientation = Orientation.Horizontal,
                    Position = bars.Count - 1 - i,
                    ValueBase = below,
                    Value = below + flops,
                    Size = 0.62,
                    FillColor = MethodLook.OfKind((int)kind),
                    LineColor = Colors.White,
                    LineWidth = 1,
                }
            );
        }

        return boxes;
    }

    private static IReadOnlyList<(string Label, SortedDictionary<ChargeKind, double> Flops)> Bars(
        ExperimentSpec spec,
        Results results,
        StudentSpec student,
        ILookup<string, ChargeRow> charges
    )
    {
        var bars = new List<(string, SortedDictionary<ChargeKind, double>)>();
        foreach (
            var arm in Summary
                .Arms(results.Runs)
                .Where(arm => arm[0].Student == student.Name && arm[0].Budget == spec.Budgets[^1].Amount)
        )
            bars.Add(
                (
                    Labels.Of(spec, arm[0].Teacher, arm[0].Method),
                    Mean(arm.SelectMany(run => charges[run.Run]), arm.Count)
                )
            );
        foreach (
            var teacher in results.Runs.Where(run =>
                run.Student.Length == 0 && charges[run.Run].Any() && bars.Count > 0
            )
        )
            bars.Add((teacher.Run, Mean(charges[teacher.Run], 1)));
        return bars;
    }

    private static SortedDictionary<ChargeKind, double> Mean(IEnumerable<ChargeRow> charges, int runs) =>
        new(
            charges
                .GroupBy(charge => Charge.Names[charge.Kind])
                .ToDictionary(group => group.Key, group => group.Sum(charge => charge.Flops ?? 0) / runs)
        );
}
