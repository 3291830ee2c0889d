using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;

namespace Bench.Protocol.Reading;

/// <summary>
/// The inputs of a result, under the names that an experiment file uses. An absent value, an absent section and a flag
/// that is off are left out, so that an option added later changes no fingerprint of an experiment without it.
/// </summary>
public sealed class Inputs : IEnumerable<KeyValuePair<string, string>>
{
    private static readonly ConcurrentDictionary<Enum, string> EnumNames = new();

    private readonly List<KeyValuePair<string, string>> values = [];

    /// <summary>The inputs of a record: the values of its keys.</summary>
    public static Inputs Of(object record)
    {
        var inputs = new Inputs();
        foreach (var (property, key) in SectionReader.KeysOf(record.GetType()))
            if (key.IsInput)
                inputs.AddValue(key.Name, property.GetValue(record), key.Neutral);
        return inputs;
    }

    /// <summary>Adds a text; null is left out.</summary>
    public void Add(string name, string? value)
    {
        if (value is not null)
            values.Add(new(name, value));
    }

    /// <summary>Adds a number in its shortest exact form; null is left out.</summary>
    public void Add(string name, double? value) => Add(name, value?.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Adds a whole number; null is left out.</summary>
    public void Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a flag; one that is off is left out.</summary>
    public void Add(string name, bool value) => Add(name, value ? "true" : null);

    /// <summary>Adds a list of texts in their order; null is left out.</summary>
    public void Add(string name, IEnumerable<string>? list)
    {
        foreach (var (i, value) in (list ?? []).Index())
            Add(Entry(name, i), value);
    }

    /// <summary>Adds a section: each of its inputs as name.key; null is left out.</summary>
    public void Add(string name, Inputs? section)
    {
        foreach (var (key, value) in section?.values ?? [])
            values.Add(new($"{name}.{key}", value));
    }

    /// <summary>Adds a list of sections in their order.</summary>
    public void Add(string name, IEnumerable<Inputs> sections)
    {
        foreach (var (i, section) in sections.Index())
            Add(Entry(name, i), section);
    }

    /// <summary>Adds inputs that stand beside these, not in a section of their own.</summary>
    public void Add(Inputs others)
    {
        values.AddRange(others.values);
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private void AddValue(string name, object? value, double neutral)
    {
        switch (value)
        {
            case null:
                break;
            case string text:
                Add(name, text);
                break;
            case bool flag:
                Add(name, flag);
                break;
            case Enum member:
                Add(name, NameOf(member));
                break;
            case int or long or double:
                AddNumber(name, Convert.ToDouble(value, CultureInfo.InvariantCulture), neutral);
                break;
            case IReadOnlyDictionary<string, double> shares:
                foreach (var (key, share) in shares)
                    Add($"{name}.{key}", share);
                break;
            case IEnumerable list:
                foreach (var (i, entry) in list.Cast<object>().Index())
                    AddValue(Entry(name, i), entry, double.NaN);
                break;
            case IHasInputs section:
                Add(name, section.Inputs);
                break;
            default:
                Add(name, Of(value));
                break;
        }
    }

    private void AddNumber(string name, double value, double neutral)
    {
        if (value != neutral)
            Add(name, value);
    }

    private static string NameOf(Enum member) =>
        EnumNames.GetOrAdd(
            member,
            _ =>
                (string)
                    typeof(Names<>)
                        .MakeGenericType(member.GetType())
                        .GetMethod(nameof(Names<>.Of))!
                        .Invoke(null, [member])!
        );

    private static string Entry(string name, int i) => string.Create(CultureInfo.InvariantCulture, $"{name}[{i}]");
}
