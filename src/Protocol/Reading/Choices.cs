namespace Bench.Protocol.Reading;

/// <summary>Values of a type with the names that files give them, in a fixed order.</summary>
public sealed class Choices<T>(params (string Name, T Value)[] entries)
    where T : struct, Enum
{
    /// <summary>All names, in their order.</summary>
    public IReadOnlyList<string> Names { get; } = [.. entries.Select(entry => entry.Name)];

    /// <summary>The value of a name; null where it is none.</summary>
    public T? Find(string name)
    {
        foreach (var (known, value) in entries)
            if (known == name) return value;
        return null;
    }

    /// <summary>The name of a value.</summary>
    public string NameOf(T value) => entries.Single(entry => entry.Value.Equals(value)).Name;
}
