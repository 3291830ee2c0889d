using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Specs;

namespace Bench.Report.Tables;

/// <summary>FLOPs as others count them, in sentences.</summary>
internal static class FlopsText
{
    /// <summary>A sentence for each student: the counts of one of its arms at the largest budget.</summary>
    internal static IEnumerable<string> Lines(ExperimentSpec spec, Results results) =>
        FlopsRow
            .Of(spec, results)
            .Where(row => row.Budget == spec.Budgets[^1].Amount)
            .GroupBy(row => row.Student)
            .Select(group => Line(group.First()));

    private static string Line(FlopsRow row) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"training {row.Student} by {row.Method} takes {row.Flops:0.00e0} FLOPs by Bench's count of every product, "
                + $"{row.SixNd:0.00e0} by 6ND with all parameters (a factor of {row.SixNd / row.Flops:0.00})"
        )
        + (
            row.TotalFlos is { } other
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $", {other:0.00e0} as total_flos of Hugging Face's Trainer ({other / row.Flops:0.00})"
                )
                : ""
        );
}
