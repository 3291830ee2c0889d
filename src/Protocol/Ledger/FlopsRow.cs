using Bench.Protocol.Costs;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Ledger;

/// <summary>
/// A row of flops.csv: the FLOPs of an arm's training by Bench's count and by others', in the mean over its runs.
/// TotalFlos is empty where the shape is not in the experiment file.
/// </summary>
public sealed record FlopsRow(
    string Student,
    string Teacher,
    string Method,
    double? Budget,
    int Runs,
    double Tokens,
    double Flops,
    double SixNd,
    double? TotalFlos
)
{
    /// <summary>The table's file.</summary>
    public const string File = "flops.csv";

    /// <summary>The rows of all arms that were trained.</summary>
    public static IReadOnlyList<FlopsRow> Of(ExperimentSpec spec, Results results)
    {
        var charges = results
            .Charges.Where(row => row.Kind == Charge.NameOf(ChargeKind.StudentTraining) && row.Flops is not null)
            .ToLookup(row => row.Run, StringComparer.Ordinal);
        return
        [
            .. results
                .Runs.Where(run => run is { Status: RunRow.Ok, StudentParams: not null } && charges.Contains(run.Run))
                .GroupBy(run => (run.Student, run.Teacher, run.Method, run.Budget))
                .Select(arm => Of(spec, [.. arm], [.. arm.SelectMany(run => charges[run.Run])])),
        ];
    }

    private static FlopsRow Of(ExperimentSpec spec, RunRow[] arm, ChargeRow[] charges)
    {
        // A run that chooses its prompts is charged several times.
        var (first, tokens) = (arm[0], charges.Sum(row => (double)row.Tokens) / arm.Length);
        var student = spec.Students.FirstOrDefault(known => known.Name == first.Student);
        return new FlopsRow(
            Student: first.Student,
            Teacher: first.Teacher,
            Method: first.Method,
            Budget: first.Budget,
            Runs: arm.Length,
            Tokens: tokens,
            Flops: charges.Sum(row => row.Flops!.Value) / arm.Length,
            SixNd: OtherCounts.SixNd(first.StudentParams!.Value, tokens).Value,
            TotalFlos: student is { Checkpoint: null }
                ? OtherCounts.TotalFlos(student.Model, first.StudentParams.Value, tokens)?.Value
                : null
        );
    }
}
