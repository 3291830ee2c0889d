using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs.Sections;

/// <summary>The section tasks of an experiment file.</summary>
internal static class TaskSection
{
    internal static IReadOnlyList<TaskSpec> Read(SpecMapping root)
    {
        var tasks = new List<TaskSpec>();
        foreach (var entry in root.Mappings("tasks", "name at least one task"))
            root.Attempt(() => tasks.Add(One(entry, tasks)));
        return tasks;
    }

    private static TaskSpec One(SpecMapping entry, List<TaskSpec> others)
    {
        var name = entry.Name("name", $"known tasks are {string.Join(", ", Catalogue<ITask>.Names)}");
        var kind = entry.Choice(entry.Has("task") ? "task" : "name", null, Catalogue<ITask>.Names);
        if (others.Any(task => task.Name == name))
            throw new SpecException(
                entry.LocationOfValue("name"),
                $"there are two tasks of the name '{name}'",
                "rename one: { name: other, task: " + kind + " }"
            );
        var task = (ITask)SectionReader.Read(Catalogue<ITask>.Find(kind), entry);
        entry.Close();
        return new TaskSpec(name, kind, task);
    }
}
