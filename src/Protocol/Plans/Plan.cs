using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>The units of an experiment, each after those it needs.</summary>
public sealed record Plan(ExperimentSpec Spec, IReadOnlyList<UnitOfWork> Units)
{
    /// <summary>Shapes of the teachers whose weights are here, or are made here, by name.</summary>
    public required IReadOnlyDictionary<string, ModelShape> TeacherShapes { get; init; }

    /// <summary>Shapes of the teachers that work elsewhere and whose configuration is known, by name.</summary>
    public IReadOnlyDictionary<string, ModelShape> ShapesElsewhere { get; init; } =
        new Dictionary<string, ModelShape>(StringComparer.Ordinal);

    /// <summary>Tokens of a whole solution, in the mean.</summary>
    public required double MeanLength { get; init; }

    /// <summary>The units that have rows in the ledger: the teacher, then the students.</summary>
    public IEnumerable<UnitOfWork> Runs => Units.Where(unit => unit is TeacherUnit or StudentUnit);

    /// <summary>The teachers' units.</summary>
    public IEnumerable<TeacherUnit> Teachers => Units.OfType<TeacherUnit>();

    public TeacherUnit TeacherOf(TeacherSpec teacher) => Teachers.Single(unit => unit.Teacher.Name == teacher.Name);

    public UnitOfWork Find(string fingerprint) => Units.First(unit => unit.Fingerprint.Text == fingerprint);
}
