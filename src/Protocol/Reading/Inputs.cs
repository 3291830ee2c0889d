using System.Collections;
using System.Globalization;

namespace Bench.Protocol.Reading;

/// <summary>
/// The inputs of a result, under the names that an experiment file uses. An absent value, an absent section and a flag
/// that is off are left out, so that an option added later changes no fingerprint of an experiment without it.
/// </summary>
public sealed class Inputs : IEnumerable<KeyValuePair<string, string>>
{
    private readonly SortedDictionary<string, string> values = new(StringComparer.Ordinal);

    /// <summary>Adds a text; null is left out.</summary>
    public void Add(string name, string? value)
    {
        if (value is not null) values.Add(name, value);
    }

    /// <summary>Adds a number in its shortest exact form; null is left out.</summary>
    public void Add(string name, double? value) => Add(name, value?.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Adds a whole number; null is left out.</summary>
    public void Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a flag; one that is off is left out.</summary>
    public void Add(string name, bool value) => Add(name, value ? "true" : null);

    /// <summary>Adds a list of whole numbers; null is left out.</summary>
    public void Add(string name, IEnumerable<int>? values) => Add(name, values?.Select(value => value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>Adds a list of texts in their order; null is left out.</summary>
    public void Add(string name, IEnumerable<string>? values)
    {
        if (values is null) return;
        foreach (var (i, value) in values.Index()) Add(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), value);
    }

    /// <summary>Adds a section: each of its inputs as name.key; null is left out.</summary>
    public void Add(string name, Inputs? section)
    {
        foreach (var (key, value) in section ?? []) values.Add($"{name}.{key}", value);
    }

    /// <summary>Adds a list of sections in their order.</summary>
    public void Add(string name, IEnumerable<Inputs> sections)
    {
        foreach (var (i, section) in sections.Index()) Add(string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]"), section);
    }

    /// <summary>Adds inputs that stand beside these, not in a section of their own.</summary>
    public void Add(Inputs others)
    {
        foreach (var (key, value) in others) values.Add(key, value);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
