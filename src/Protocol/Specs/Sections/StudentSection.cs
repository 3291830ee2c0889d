using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs.Sections;

/// <summary>The section students of an experiment file.</summary>
internal static class StudentSection
{
    internal static IReadOnlyList<StudentSpec> Read(SpecMapping root, Func<SpecMapping, ModelShape> shape)
    {
        var students = new List<StudentSpec>();
        foreach (var entry in root.Mappings("students", "name at least one student"))
        {
            if (root.Attempt(() => One(entry, shape)) is not { } student)
                continue;
            if (students.Any(other => other.Name == student.Name))
                root.Note(
                    new SpecException(
                        entry.LocationOfValue("name"),
                        $"there are two students of the name '{student.Name}'",
                        "rename one"
                    )
                );
            students.Add(student);
        }

        return students;
    }

    private static StudentSpec One(SpecMapping entry, Func<SpecMapping, ModelShape> shape)
    {
        var student = entry.Read<StudentSpec>();
        if (entry.OptionalMapping("checkpoint") is { } weights)
        {
            if (entry.Has("train"))
                throw new SpecException(
                    entry.LocationOfKey("train"),
                    $"student '{student.Name}' starts from its checkpoint",
                    "remove train or checkpoint"
                );
            if (entry.Has("model"))
                throw new SpecException(
                    entry.LocationOfKey("model"),
                    $"student '{student.Name}' has the shape of its checkpoint",
                    "remove model"
                );
            entry.Close();
            return student with { Checkpoint = FileReference.Read(weights) };
        }

        var model = entry.Attempt(() =>
            shape(
                entry.Mapping(
                    "model",
                    "give its shape: model: { layers, width, heads }; or checkpoint: the weights that it starts from"
                )
            )
        );
        var training = entry.OptionalMapping("train") is { } train ? GoldTraining.Read(train, model) : null;
        entry.Close();
        return student with { Model = model ?? throw new SectionFailedException(), Training = training };
    }
}
