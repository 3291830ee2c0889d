using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Specs.Sections;

/// <summary>JSON Schema (draft 07) of the keys that a record declares.</summary>
internal static class KeySchema
{
    /// <summary>The schema's word for a default that no constant is.</summary>
    internal const string ComputedDefault = "x-default";

    /// <summary>A section of a record's keys and nothing else.</summary>
    internal static JsonObject Section(Type record) => Closed(PropertiesOf(record), RequiredOf(record));

    /// <summary>A section of some properties and nothing else.</summary>
    internal static JsonObject Closed(JsonObject properties, IEnumerable<string> required)
    {
        var section = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
        string[] names = [.. required];
        if (names.Length > 0)
            section["required"] = Texts(names);
        return section;
    }

    /// <summary>The schema of each key of a record.</summary>
    internal static JsonObject PropertiesOf(Type record)
    {
        var (properties, made) = (new JsonObject(), record.IsAbstract ? null : DefaultOf(record));
        foreach (var (property, key) in SectionReader.KeysOf(record))
            properties[key.Name] = Of(property, key, made);
        return properties;
    }

    /// <summary>The keys of a record that must be given.</summary>
    internal static IEnumerable<string> RequiredOf(Type record) =>
        SectionReader
            .KeysOf(record)
            .Where(entry => SectionReader.IsRequired(entry.Property))
            .Select(entry => entry.Key.Name);

    /// <summary>A record with the default of each key; null where it cannot be made.</summary>
    internal static object? DefaultOf(Type record) =>
        record.GetConstructor(Type.EmptyTypes) is null ? null : Activator.CreateInstance(record);

    /// <summary>A list of at least one entry.</summary>
    internal static JsonObject List(JsonObject entry) =>
        new()
        {
            ["type"] = "array",
            ["items"] = entry,
            ["minItems"] = 1,
        };

    /// <summary>One of some words.</summary>
    internal static JsonObject OneOf(IEnumerable<string> words) => new() { ["enum"] = Texts(words) };

    /// <summary>A text, which may look like a number.</summary>
    internal static JsonObject Text() => new() { ["type"] = Texts(["string", "number", "boolean"]), ["minLength"] = 1 };

    /// <summary>A name that is safe in a file name.</summary>
    internal static JsonObject Name() =>
        new()
        {
            ["type"] = Texts(["string", "number", "boolean"]),
            ["pattern"] = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$",
        };

    /// <summary>
    /// A number in a range; people write millions as 3_000_000, which other readers of YAML take for a text.
    /// </summary>
    internal static JsonObject Number(KeyAttribute key, bool isWhole)
    {
        var number = new JsonObject { ["type"] = isWhole ? "integer" : "number" };
        if (double.IsFinite(key.Low))
            number[key.IsInside ? "exclusiveMinimum" : "minimum"] = Value(key.Low);
        if (double.IsFinite(key.High))
            number[key.IsInside ? "exclusiveMaximum" : "maximum"] = Value(key.High);
        return new JsonObject
        {
            ["anyOf"] = new JsonArray(number, new JsonObject { ["$ref"] = "#/definitions/written" }),
        };
    }

    /// <summary>A number with underscores, as a text.</summary>
    internal static JsonObject Written() =>
        new() { ["type"] = "string", ["pattern"] = "^[-+]?[0-9][0-9_]*(\\.[0-9_]*)?([eE][-+]?[0-9]+)?$" };

    /// <summary>A schema that stands under definitions.</summary>
    internal static JsonObject Ref(string definition) => new() { ["$ref"] = $"#/definitions/{definition}" };

    internal static JsonArray Texts(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];

    private static JsonObject Of(PropertyInfo property, KeyAttribute key, object? made)
    {
        var schema = TypeOf(property.PropertyType, key);
        schema["description"] = key.Meaning;
        if (
            !SectionReader.IsRequired(property)
            && key.Default.Length == 0
            && made is not null
            && Value(property.GetValue(made)) is { } value
        )
            schema["default"] = value;
        // A default that depends on other keys is for readers: editors leave unknown words that begin with x- alone.
        if (key.Default.Length > 0)
            schema[ComputedDefault] = key.Default;
        return schema;
    }

    private static JsonObject TypeOf(Type declared, KeyAttribute key)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        if (type == typeof(bool))
            return new JsonObject { ["enum"] = new JsonArray(true, false, "true", "false") };
        if (type == typeof(string) || type == typeof(Uri))
            return key.IsName ? Name() : Text();
        if (type == typeof(double))
            return Number(key, isWhole: false);
        if (type == typeof(int) || type == typeof(long))
            return Number(key, isWhole: true);
        if (type.IsEnum)
            return OneOf(NamesOf(type));
        if (type == typeof(IReadOnlyDictionary<string, double>))
            return new JsonObject { ["type"] = "object", ["additionalProperties"] = Number(key, isWhole: false) };
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return List(TypeOf(type.GetGenericArguments()[0], key));
        return type == typeof(FileReference) ? Ref("file")
            : type == typeof(SamplingSpec) ? Ref("sampling")
            : Section(type);
    }

    /// <summary>The names of an enumeration's values.</summary>
    internal static IReadOnlyList<string> NamesOf(Type type) =>
        (IReadOnlyList<string>)
            typeof(Names<>).MakeGenericType(type).GetProperty(nameof(Names<Keep>.All))!.GetValue(null)!;

    /// <summary>A default as the file would have it; null for none, and for sections.</summary>
    internal static JsonNode? Value(object? value) =>
        value switch
        {
            null or "" => null,
            bool flag => flag,
            string text => text,
            Enum member => (string)
                typeof(Names<>)
                    .MakeGenericType(member.GetType())
                    .GetMethod(nameof(Names<Keep>.Of))!
                    .Invoke(null, [member])!,
            double number => number is >= -1e15 and <= 1e15 && number == Math.Floor(number)
                ? JsonValue.Create((long)number)
                : JsonValue.Create(number),
            int or long => JsonValue.Create(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
            IEnumerable list and not IReadOnlyDictionary<string, double> => list.Cast<object>().Any()
                ? new JsonArray([.. list.Cast<object>().Select(Value)])
                : null,
            _ => null,
        };
}
