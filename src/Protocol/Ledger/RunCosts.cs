using Bench.Protocol.Costs;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The cost of recorded runs inside any boundary. A teacher's training is paid once, and each student that it taught
/// carries it.
/// </summary>
public sealed class RunCosts
{
    private readonly ExperimentSpec spec;
    private readonly ILookup<string, ChargeRow> charges;
    private readonly Dictionary<string, RunRow> teachers;

    /// <param name="spec">The experiment.</param>
    /// <param name="results">Its rows.</param>
    public RunCosts(ExperimentSpec spec, Results results)
    {
        this.spec = spec;
        charges = results.Charges.ToLookup(row => row.Run, StringComparer.Ordinal);
        teachers = results
            .Runs.Where(run => run.Student.Length == 0)
            .DistinctBy(run => run.Teacher)
            .ToDictionary(run => run.Teacher, StringComparer.Ordinal);
    }

    /// <summary>
    /// The charges of a run inside a boundary; null where some of it is not known, as of a teacher that was not trained
    /// here.
    /// </summary>
    public IReadOnlyList<ChargeRow>? Of(RunRow run, Boundary boundary)
    {
        var names = boundary.Kinds.Select(Charge.NameOf).ToHashSet(StringComparer.Ordinal);
        var own = charges[run.Run].Where(row => names.Contains(row.Kind)).ToArray();
        var training = Charge.NameOf(ChargeKind.TeacherTraining);
        if (!boundary.CarriesTeacherTraining(IsTaught(run)) || own.Any(row => row.Kind == training))
            return own;
        var ofTeacher = TeacherOf(run) is { } teacher
            ? charges[teacher.Run].Where(row => row.Kind == training).ToArray()
            : [];
        return ofTeacher.Length == 0 ? null : [.. own, .. ofTeacher];
    }

    /// <summary>FLOPs of a run inside a boundary; null where they are not known, or there are none.</summary>
    public double? Flops(RunRow run, Boundary boundary) => Sum(run, boundary, row => row.Flops);

    /// <summary>
    /// The sum of a column over the charges inside a boundary; null where a part is not known, or there is none.
    /// </summary>
    public double? Sum(RunRow run, Boundary boundary, Func<ChargeRow, double?> column) =>
        Of(run, boundary) is { Count: > 0 } inside && inside.All(row => column(row) is not null)
            ? inside.Sum(row => column(row)!.Value)
            : null;

    /// <summary>Whether a run learnt from a teacher.</summary>
    public bool IsTaught(RunRow run) =>
        spec.Methods.FirstOrDefault(method => method.Name == run.Method) is { IsBaseline: false };

    // Another form of a teacher cost what that one did.
    private RunRow? TeacherOf(RunRow run)
    {
        var teacher = spec.Teachers.FirstOrDefault(known => known.Name == run.Teacher) ?? spec.Teachers[0];
        return teachers.GetValueOrDefault(teacher.Of ?? teacher.Name);
    }
}
