using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>The units of an experiment, each after those it needs.</summary>
public sealed record Plan(ExperimentSpec Spec, IReadOnlyList<UnitOfWork> Units)
{
    /// <summary>The units that have rows in the ledger: the teacher, then the students.</summary>
    public IEnumerable<UnitOfWork> Runs => Units.Where(unit => unit is TeacherUnit or StudentUnit);

    /// <summary>The teachers' units.</summary>
    public IEnumerable<TeacherUnit> Teachers => Units.OfType<TeacherUnit>();

    public TeacherUnit TeacherOf(TeacherSpec teacher) => Teachers.Single(unit => unit.Teacher.Name == teacher.Name);

    public UnitOfWork Find(string fingerprint) => Units.First(unit => unit.Fingerprint.Text == fingerprint);
}
