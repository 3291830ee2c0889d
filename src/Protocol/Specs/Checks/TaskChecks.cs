using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Checks;

/// <summary>Tasks that can stand together, and models that can read them.</summary>
internal sealed class TaskChecks : ICheck
{
    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        var (images, ownText) = (
            spec.Tasks.Any(task => task.Task.Content == TaskContent.Images),
            spec.Tasks.Any(task => task.Task.Content == TaskContent.OwnText)
        );
        if (images && spec.Tasks.Count > 1)
            yield return new SpecException(root.LocationOfKey("tasks"), "digits stand alone", "make two experiments");
        if (
            !images
            && (
                spec.Students.Any(student => student.Model.Hidden is not null)
                || spec.Teachers.Any(teacher => teacher.Training?.Model.Hidden is not null)
            )
        )
            yield return new SpecException(
                root.LocationOfKey("students"),
                "a perceptron reads images, and these tasks are text",
                "give layers, width and heads instead of hidden"
            );
        if (ownText && spec.Tasks.Any(task => task.Task.Content != TaskContent.OwnText))
            yield return new SpecException(
                root.LocationOfKey("tasks"),
                "teacher-text cannot stand beside tasks with gold solutions",
                "make two experiments"
            );
        else if (ownText && spec.Tasks.Count > 1)
            yield return new SpecException(
                root.LocationOfKey("tasks"),
                "a teacher has one text",
                "keep one teacher-text task"
            );
        if (spec.Use is not null && spec.Tasks.FirstOrDefault(task => !task.Task.IsGraded()) is { } other)
            yield return new SpecException(
                root.LocationOfKey("use"),
                $"only models that answer are measured in use, and {other.Name} asks for no answers",
                "remove the section, or give tasks with answers"
            );
    }
}
