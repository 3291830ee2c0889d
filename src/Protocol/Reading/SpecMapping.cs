using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Bench.Protocol.Reading;

/// <summary>
/// A YAML mapping read strictly: every key must be asked for before <see cref="Close"/>, every value has the type and
/// range that it should, and whatever is wrong is a <see cref="SpecException"/> at its line and column.
/// </summary>
internal sealed class SpecMapping
{
    private readonly string file;
    private readonly Dictionary<string, (YamlScalarNode Key, YamlNode Value)> entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);
    private readonly YamlNode node;
    private readonly List<SpecException> errors;

    private SpecMapping(string file, YamlNode node, string what, List<SpecException> errors)
    {
        (this.file, this.node, this.errors) = (file, node, errors);
        if (node is not YamlMappingNode mapping)
            throw At(node, $"{what} must be a mapping of keys to values", "write key: value pairs");
        foreach (var (key, value) in mapping.Children)
        {
            if (key is not YamlScalarNode { Value: { } name } scalar)
                throw At(key, "a key must be a word", "");
            entries[name] = (scalar, value);
        }
    }

    internal static SpecMapping Of(string file, YamlNode node, string what) => new(file, node, what, []);

    /// <summary>How many errors were noted in the whole file.</summary>
    internal int ErrorCount => errors.Count;

    /// <summary>Reads something; an error is noted, and reading goes on.</summary>
    internal void Attempt(Action read)
    {
        try
        {
            read();
        }
        catch (SpecException error)
        {
            errors.Add(error);
        }
        catch (SectionFailedException)
        {
            // It noted its own errors.
        }
    }

    /// <summary>Reads something; null where it failed, and its errors are noted.</summary>
    internal T? Attempt<T>(Func<T?> read)
        where T : class
    {
        T? made = null;
        Attempt(() =>
        {
            made = read();
        });
        return made;
    }

    /// <summary>Notes an error, and goes on.</summary>
    internal void Note(SpecException error) => errors.Add(error);

    /// <exception cref="SpecException">Errors were noted: all of them.</exception>
    internal void ThrowNoted()
    {
        if (errors.Count > 0)
            throw SpecException.Of(errors);
    }

    /// <summary>Reads a record by its keys; its other keys stay to be asked for.</summary>
    internal T Read<T>() => (T)SectionReader.Read(typeof(T), this);

    internal SourceLocation Location => LocationOf(node);

    /// <summary>All keys, for a mapping whose keys are names.</summary>
    internal IEnumerable<string> Keys => entries.Keys;

    internal bool Has(string key)
    {
        asked.Add(key);
        return entries.ContainsKey(key);
    }

    internal SourceLocation LocationOfKey(string key) =>
        entries.TryGetValue(key, out var entry) ? LocationOf(entry.Key) : Location;

    internal SourceLocation LocationOfValue(string key) =>
        entries.TryGetValue(key, out var entry) ? LocationOf(entry.Value) : Location;

    internal string Text(string key, string remedy) => OptionalText(key) ?? throw Missing(key, remedy);

    internal string? OptionalText(string key)
    {
        asked.Add(key);
        if (!entries.TryGetValue(key, out var entry))
            return null;
        return entry.Value is YamlScalarNode { Value: { Length: > 0 } text } scalar && !IsNull(scalar)
            ? text
            : throw At(entry.Value, $"'{key}' must be a text", "");
    }

    /// <summary>
    /// A name that is safe in a file name and a table: letters, digits, '.', '_' and '-', at most 64, not starting with
    /// '.'.
    /// </summary>
    internal string Name(string key, string remedy) => CheckedName(Text(key, remedy), LocationOfValue(key), key);

    internal static string CheckedName(string name, SourceLocation location, string key) =>
        name.Length <= 64 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')
            ? name
            : throw new SpecException(
                location,
                $"'{key}' is not a usable name",
                "use at most 64 letters, digits, '.', '_' and '-', not starting with '.'"
            );

    internal string Choice(string key, string? fallback, IReadOnlyCollection<string> allowed)
    {
        var word = OptionalText(key) ?? fallback ?? throw Missing(key, $"one of {string.Join(", ", allowed)}");
        return allowed.Contains(word)
            ? word
            : throw At(entries[key].Value, $"'{key}' cannot be '{word}'", Suggestion.For(word, allowed));
    }

    /// <summary>The value that one of a few names stands for.</summary>
    internal T Chosen<T>(string key)
        where T : struct, Enum => Names<T>.Find(Choice(key, null, Names<T>.All))!.Value;

    internal long Integer(string key, long? fallback, long low, long high)
    {
        var number = Number(key, fallback, low, Math.Min(high, 1L << 53));
        return number == Math.Floor(number)
            ? (long)number
            : throw At(entries[key].Value, $"'{key}' must be a whole number", "");
    }

    internal double Number(string key, double? fallback, double low, double high)
    {
        asked.Add(key);
        if (!entries.TryGetValue(key, out var entry))
            return fallback ?? throw Missing(key, "give a number");
        return NumberOf(entry.Value, key, low, high);
    }

    internal bool Flag(string key, bool fallback) =>
        Choice(key, fallback ? "true" : "false", ["true", "false"]) == "true";

    internal SpecMapping? OptionalMapping(string key)
    {
        asked.Add(key);
        return entries.TryGetValue(key, out var entry) ? new SpecMapping(file, entry.Value, $"'{key}'", errors) : null;
    }

    internal SpecMapping Mapping(string key, string remedy) => OptionalMapping(key) ?? throw Missing(key, remedy);

    internal IReadOnlyList<SpecMapping> Mappings(string key, string remedy) =>
        [.. Sequence(key, remedy).Select(item => new SpecMapping(file, item, $"an entry of '{key}'", errors))];

    internal IReadOnlyList<(string Word, SourceLocation Location)> Words(string key) =>
        !Has(key)
            ? []
            :
            [
                .. Sequence(key, "")
                    .Select(item =>
                        item is YamlScalarNode { Value: { Length: > 0 } word } scalar && !IsNull(scalar)
                            ? (word, LocationOf(item))
                            : throw At(item, $"an entry of '{key}' must be a word", "")
                    ),
            ];

    internal IReadOnlyList<double> Numbers(string key, double low, double high, string remedy) =>
        [.. Sequence(key, remedy).Select(item => NumberOf(item, key, low, high))];

    internal IReadOnlyList<long> Integers(string key, long low, long high, string remedy) =>
        [
            .. Numbers(key, low, high, remedy)
                .Select(number =>
                    number == Math.Floor(number)
                        ? (long)number
                        : throw new SpecException(
                            LocationOfValue(key),
                            $"an entry of '{key}' must be a whole number",
                            ""
                        )
                ),
        ];

    /// <summary>Notes keys that nobody asked for.</summary>
    internal void Close()
    {
        foreach (var (name, (key, _)) in entries)
            if (!asked.Contains(name))
                Note(At(key, $"unknown key '{name}'", Suggestion.For(name, [.. asked.Order(StringComparer.Ordinal)])));
    }

    // As YAML has it: the word alone, without quotes.
    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == YamlDotNet.Core.ScalarStyle.Plain && scalar.Value is "null" or "Null" or "NULL" or "~";

    // A key that is nearly the missing one is what was meant.
    private SpecException Missing(string key, string remedy) =>
        entries
            .Where(entry =>
                !asked.Contains(entry.Key) && Suggestion.Distance(entry.Key, key) <= Math.Max(1, key.Length / 3)
            )
            .Select(entry => entry.Value.Key)
            .FirstOrDefault()
            is { } near
            ? At(near, $"unknown key '{near.Value}'", $"did you mean '{key}'?")
            : new SpecException(Location, $"'{key}' is missing", remedy);

    private IEnumerable<YamlNode> Sequence(string key, string remedy)
    {
        asked.Add(key);
        if (!entries.TryGetValue(key, out var entry))
            throw Missing(key, remedy);
        if (entry.Value is not YamlSequenceNode list)
            throw At(entry.Value, $"'{key}' must be a list", "write [a, b] or lines that start with '- '");
        return list.Children.Count > 0 ? list.Children : throw At(entry.Value, $"'{key}' is empty", remedy);
    }

    private double NumberOf(YamlNode value, string key, double low, double high)
    {
        // 3_000_000 is how people write millions.
        var text = (value as YamlScalarNode)?.Value?.Replace("_", "", StringComparison.Ordinal);
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || double.IsNaN(number)
        )
            throw At(value, $"'{key}' must be a number", "");
        return number >= low && number <= high
            ? number
            : throw At(
                value,
                FormattableString.Invariant($"'{key}' is {number}"),
                low == double.Epsilon ? "it must be more than 0"
                    : low == high ? FormattableString.Invariant($"it must be {low}")
                    : FormattableString.Invariant($"it must be from {low} to {high}")
            );
    }

    private SourceLocation LocationOf(YamlNode at) => new(file, (int)at.Start.Line, (int)at.Start.Column);

    private SpecException At(YamlNode at, string problem, string remedy) => new(LocationOf(at), problem, remedy);
}
