using System.Reflection;
using Bench.Protocol.Reading;

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

    /// <summary>Makes a task; errors in its options keep their place.</summary>
    public static ITask Create(string kind, TaskOptions options)
    {
        try
        {
            return (ITask)Activator.CreateInstance(Kinds[kind], options)!;
        }
        catch (TargetInvocationException wrapped) when (wrapped.InnerException is SpecException error)
        {
            throw new SpecException(error.Location, error.Problem, error.Remedy);
        }
    }
}
