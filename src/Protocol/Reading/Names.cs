using System.Reflection;

namespace Bench.Protocol.Reading;

/// <summary>The names that files give to the values of an enumeration, in the order of its members.</summary>
public static class Names<T>
    where T : struct, Enum
{
    private static readonly (string Name, T Value)[] Entries =
    [
        .. typeof(T)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(member => (member.GetCustomAttribute<NamedAttribute>()?.Name, (T)member.GetValue(null)!))
            .Where(entry => entry.Name is not null)
            .Select(entry => (entry.Name!, entry.Item2)),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Entries.Select(entry => entry.Name)];

    /// <summary>The value of a name; null where it is none.</summary>
    public static T? Find(string name)
    {
        foreach (var (known, value) in Entries)
            if (known == name)
                return value;
        return null;
    }

    /// <summary>The name of a value.</summary>
    public static string Of(T value) => Entries.First(entry => entry.Value.Equals(value)).Name;
}
