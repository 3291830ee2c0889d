using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text.Jinja;

/// <summary>A name without a value: prints as nothing, is false, and has no attributes.</summary>
internal sealed class JinjaUndefined
{
    internal static JinjaUndefined Instance { get; } = new();
}

/// <summary>Something that can be called.</summary>
internal delegate object? JinjaFunction(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named);

/// <summary>
/// Python's rules for values, as far as templates need them: null is None, and there are bool, long, double, string,
/// List&lt;object?&gt;, OrderedDictionary&lt;string, object?&gt;.
/// </summary>
internal static class JinjaValue
{
    internal static object? Of(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => element.GetString(),
            JsonValueKind.Number => element.TryGetInt64(out var whole) ? (object)whole : element.GetDouble(),
            JsonValueKind.Array => element.EnumerateArray().Select(Of).ToList(),
            JsonValueKind.Object => Map(
                element.EnumerateObject().Select(property => (property.Name, Of(property.Value)))
            ),
            _ => JinjaUndefined.Instance,
        };

    internal static OrderedDictionary<string, object?> Map(IEnumerable<(string, object?)> entries)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            map[key] = value;
        return map;
    }

    internal static bool IsTrue(object? value) =>
        value switch
        {
            null or JinjaUndefined => false,
            bool flag => flag,
            long number => number != 0,
            double number => number != 0,
            string text => text.Length > 0,
            ICollection items => items.Count > 0,
            _ => true,
        };

    internal static new bool Equals(object? a, object? b) =>
        (Number(a), Number(b)) switch
        {
            ({ } x, { } y) => x == y,
            _ => (a, b) switch
            {
                (string x, string y) => x == y,
                (List<object?> x, List<object?> y) => x.Count == y.Count
                    && x.Zip(y).All(pair => Equals(pair.First, pair.Second)),
                (OrderedDictionary<string, object?> x, OrderedDictionary<string, object?> y) => x.Count == y.Count
                    && x.All(pair => y.TryGetValue(pair.Key, out var other) && Equals(pair.Value, other)),
                _ => a is null ? b is null : ReferenceEquals(a, b) || (a is JinjaUndefined && b is JinjaUndefined),
            },
        };

    internal static double? Number(object? value) =>
        value switch
        {
            long number => number,
            double number => number,
            bool flag => flag ? 1 : 0,
            _ => null,
        };

    internal static int Compare(object? a, object? b) =>
        (a, b) switch
        {
            (string x, string y) => string.CompareOrdinal(x, y),
            _ when Number(a) is { } x && Number(b) is { } y => x.CompareTo(y),
            _ => throw new LabException($"a chat template compares {Kind(a)} with {Kind(b)}"),
        };

    internal static bool Contains(object? container, object? item) =>
        container switch
        {
            string text => item is string part && text.Contains(part, StringComparison.Ordinal),
            List<object?> items => items.Any(other => Equals(other, item)),
            OrderedDictionary<string, object?> map => item is string key && map.ContainsKey(key),
            JinjaUndefined => false,
            _ => throw new LabException($"a chat template looks for something in {Kind(container)}"),
        };

    internal static IEnumerable<object?> Items(object? value) =>
        value switch
        {
            List<object?> items => items,
            OrderedDictionary<string, object?> map => map.Keys,
            string text => text.EnumerateRunes().Select(rune => (object?)rune.ToString()),
            JinjaUndefined => [],
            _ => throw new LabException($"a chat template goes through {Kind(value)}"),
        };

    internal static object? Add(object? a, object? b) =>
        (a, b) switch
        {
            (string x, string y) => x + y,
            (long x, long y) => x + y,
            (List<object?> x, List<object?> y) => x.Concat(y).ToList(),
            _ when Number(a) is { } x && Number(b) is { } y => x + y,
            _ => throw new LabException($"a chat template adds {Kind(a)} and {Kind(b)}"),
        };

    internal static string Kind(object? value) =>
        value switch
        {
            null => "none",
            JinjaUndefined => "something undefined",
            bool => "a boolean",
            long or double => "a number",
            string => "a string",
            List<object?> => "a list",
            OrderedDictionary<string, object?> => "a mapping",
            _ => "a function",
        };

    /// <summary>A value as it is printed.</summary>
    internal static string Print(object? value) =>
        value switch
        {
            JinjaUndefined => "",
            string text => text,
            _ => Representation(value),
        };

    /// <summary>JSON as Python's json.dumps writes it without escaping what is no ASCII.</summary>
    internal static string Json(object? value, int? indent)
    {
        var text = new StringBuilder();
        WriteJson(text, value, indent, 0);
        return text.ToString();
    }

    private static string Representation(object? value) =>
        value switch
        {
            null => "None",
            bool flag => flag ? "True" : "False",
            long number => number.ToString(CultureInfo.InvariantCulture),
            double number => Float(number),
            string text => "'"
                + text.Replace("\\", "\\\\", StringComparison.Ordinal)
                    .Replace("'", "\\'", StringComparison.Ordinal)
                    .Replace("\n", "\\n", StringComparison.Ordinal)
                + "'",
            List<object?> items => "[" + string.Join(", ", items.Select(Representation)) + "]",
            OrderedDictionary<string, object?> map => "{"
                + string.Join(", ", map.Select(pair => $"{Representation(pair.Key)}: {Representation(pair.Value)}"))
                + "}",
            _ => "",
        };

    private static string Float(double number)
    {
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        return text.AsSpan().ContainsAny(".EN∞") ? text.Replace("E", "e", StringComparison.Ordinal) : text + ".0";
    }

    private static void WriteJson(StringBuilder text, object? value, int? indent, int depth)
    {
        switch (value)
        {
            case null or JinjaUndefined:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case string quoted:
                Quote(text, quoted);
                break;
            case List<object?> items:
                Sequence(text, '[', ']', items, indent, depth, item => WriteJson(text, item, indent, depth + 1));
                break;
            case OrderedDictionary<string, object?> map:
                Sequence(
                    text,
                    '{',
                    '}',
                    map,
                    indent,
                    depth,
                    pair =>
                    {
                        Quote(text, pair.Key);
                        text.Append(": ");
                        WriteJson(text, pair.Value, indent, depth + 1);
                    }
                );
                break;
            default:
                text.Append(Representation(value));
                break;
        }
    }

    private static void Sequence<T>(
        StringBuilder text,
        char open,
        char close,
        IReadOnlyCollection<T> items,
        int? indent,
        int depth,
        Action<T> write
    )
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            if (!first)
                text.Append(indent is null ? ", " : ",");
            if (indent is { } width)
                text.Append('\n').Append(' ', width * (depth + 1));
            write(item);
            first = false;
        }

        if (indent is { } outer && !first)
            text.Append('\n').Append(' ', outer * depth);
        text.Append(close);
    }

    private static void Quote(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
    }
}
