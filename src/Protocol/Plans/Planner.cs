using Bench.Protocol.Licences;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Turns an experiment into units of work with fingerprints and predicted costs.</summary>
public static class Planner
{
    /// <summary>The plan of an experiment.</summary>
    /// <exception cref="LicenceRefusedException">A teacher may not be distilled.</exception>
    /// <exception cref="SpecException">Something in it cannot be done.</exception>
    public static Plan Make(ExperimentSpec spec, ICheckpointFiles files)
    {
        foreach (var teacher in spec.Teachers)
            LicenceGate.Check(teacher);
        var teachers = new List<TeacherPlan>();
        foreach (var teacher in spec.Teachers)
            teachers.Add(
                new TeacherPlan(
                    spec,
                    teacher,
                    teachers.FirstOrDefault(plan => plan.Teacher.Name == teacher.Of),
                    teachers.FirstOrDefault(),
                    files
                )
            );
        foreach (var other in teachers)
        {
            if (other.Shape.Vocabulary != teachers[0].Shape.Vocabulary)
                throw new SpecException(
                    other.Teacher.LicenceLocation,
                    $"teachers '{teachers[0].Teacher.Name}' and '{other.Teacher.Name}' have different tokenizers",
                    "compare teachers that share one"
                );
        }

        var units = teachers.SelectMany(teacher => teacher.Units()).ToList();
        var students = new StudentPlan(spec, teachers, files);
        foreach (var student in spec.Students)
            units.AddRange(students.Units(student));
        var shapes = teachers
            .Where(plan => plan.Teacher.IsLocal)
            .ToDictionary(plan => plan.Teacher.Name, plan => plan.Shape, StringComparer.Ordinal);
        units.AddRange(new UsePlan(spec, shapes).Units([.. units]));
        return new Plan(spec, units)
        {
            TeacherShapes = shapes,
            ShapesElsewhere = ShapesElsewhere(spec, files),
            MeanLength = teachers[0].Costs.MeanLength.Processed,
        };
    }

    private static Dictionary<string, ModelShape> ShapesElsewhere(ExperimentSpec spec, ICheckpointFiles files) =>
        spec
            .Teachers.Where(teacher => teacher.Elsewhere?.Config is not null)
            .ToDictionary(
                teacher => teacher.Name,
                teacher => files.ShapeOf(teacher.Elsewhere!.Config!),
                StringComparer.Ordinal
            );

    /// <summary>The inputs of every unit's result.</summary>
    internal static Inputs Common(ExperimentSpec spec) =>
        new()
        {
            { "tasks", spec.Tasks.Select(task => task.Inputs) },
            { "device", spec.Device },
            { "precision", Names<Precision>.Of(spec.Precision) },
            { "threads", spec.Threads },
        };
}
