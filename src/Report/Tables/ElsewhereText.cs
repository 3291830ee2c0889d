using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Report.Tables;

/// <summary>The work of teachers that was done elsewhere, in sentences.</summary>
internal static class ElsewhereText
{
    /// <summary>A sentence for each teacher and kind of work: a run's part at the largest budget, in the
    /// mean.</summary>
    /// <param name="spec">The experiment.</param>
    /// <param name="results">Its results.</param>
    /// <param name="reasons">Whether it says why the bounds are those.</param>
    internal static IEnumerable<string> Lines(ExperimentSpec spec, Results results, bool reasons)
    {
        var largest = results
            .Runs.Where(run => run.Budget == spec.Budgets[^1].Amount)
            .Select(run => run.Run)
            .ToHashSet(StringComparer.Ordinal);
        return results
            .Elsewhere.Where(row => largest.Contains(row.Run))
            .GroupBy(row => (row.Teacher, row.Work))
            .Select(group =>
                $"Teacher {group.Key.Teacher} worked elsewhere, {group.Key.Work} "
                + $"({(group.First().InBoundary ? "inside" : "outside")} the boundary): "
                + $"{Mean([.. group], row => row.FlopsLow, row => row.FlopsHigh, "FLOPs")}, "
                + $"{Mean([.. group], row => row.UsdLow, row => row.UsdHigh, "dollars")} a run at "
                + string.Create(CultureInfo.InvariantCulture, $"{spec.Budgets[^1].AmountText} {spec.Budgets[^1].Label}")
                + (reasons ? $"; {group.First().Reason}." : $" ({ElsewhereRow.File} says why).")
            );
    }

    private static string Mean(
        ElsewhereRow[] rows,
        Func<ElsewhereRow, double?> low,
        Func<ElsewhereRow, double?> high,
        string unit
    ) =>
        rows.Average(low) is { } from && rows.Average(high) is { } to
            ? $"{new Bounds(from, to)} {unit}"
            : $"unknown {unit}";
}
