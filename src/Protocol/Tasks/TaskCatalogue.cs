using System.Reflection;

namespace Bench.Protocol.Tasks;

/// <summary>Every kind of task there is: the classes of this assembly that carry <see cref="TaskKindAttribute"/>.</summary>
public static class TaskCatalogue
{
    private static readonly SortedDictionary<string, Type> Kinds = new(
        typeof(TaskCatalogue).Assembly.GetTypes()
            .Where(type => type.GetCustomAttribute<TaskKindAttribute>() is not null)
            .ToDictionary(type => type.GetCustomAttribute<TaskKindAttribute>()!.Kind), StringComparer.Ordinal);

    /// <summary>The kinds' names, sorted.</summary>
    public static IReadOnlyCollection<string> Names => Kinds.Keys;

    /// <summary>A task's kind and every option it was made with, as text; equal tasks have equal texts.</summary>
    public static string Describe(ITask task)
    {
        var fields = Lineage(task.GetType()).SelectMany(type => type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly));
        return task.GetType().Name + " " + string.Join(' ', fields.Select(field => field.FieldType == typeof(int) || field.FieldType == typeof(string)
            ? $"{field.Name}={field.GetValue(task)}"
            : field.FieldType == typeof(IReadOnlyList<Metric>) ? "" : throw new NotSupportedException($"{task.GetType().Name}.{field.Name}: a task keeps its options as int or string")));
    }

    // The class itself, then what it inherits.
    private static IEnumerable<Type> Lineage(Type type)
    {
        for (var at = type; at is not null && at != typeof(object) && at != typeof(SolvableTask) && at != typeof(ProceduralTask); at = at.BaseType) yield return at;
    }

    /// <summary>Makes a task; errors in its options keep their place.</summary>
    public static ITask Create(string kind, TaskOptions options)
    {
        try
        {
            return (ITask)Activator.CreateInstance(Kinds[kind], options)!;
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is Specs.SpecException error)
        {
            throw new Specs.SpecException(error.Place, error.Problem, error.Remedy);
        }
    }
}
