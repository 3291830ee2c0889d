using System.Reflection;

namespace Bench.Protocol.Reading;

/// <summary>
/// The kinds of <typeparamref name="T"/> that a file may name: the classes of this assembly that carry <see
/// cref="NamedAttribute"/>.
/// </summary>
public static class Catalogue<T>
    where T : class
{
    private static readonly SortedDictionary<string, Type> Kinds = new(
        typeof(T)
            .Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.IsAssignableTo(typeof(T)) && Named(type) is not null)
            .ToDictionary(type => Named(type)!.Name),
        StringComparer.Ordinal
    );

    private static readonly Dictionary<Type, string> KindNames = Kinds.ToDictionary(
        kind => kind.Value,
        kind => kind.Key
    );

    /// <summary>The kinds' names, sorted.</summary>
    public static IReadOnlyCollection<string> Names => Kinds.Keys;

    /// <summary>The class of a kind.</summary>
    public static Type Find(string name) => Kinds[name];

    /// <summary>The name of a kind.</summary>
    public static string NameOf(Type kind) => KindNames[kind];

    private static NamedAttribute? Named(Type type) => type.GetCustomAttribute<NamedAttribute>(inherit: false);
}
