using System.Globalization;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text.Jinja;

/// <summary>Attributes, methods, filters and tests that chat templates use, with Python's meaning.</summary>
internal static class JinjaLibrary
{
    private static readonly Dictionary<
        string,
        Func<object?, IReadOnlyList<object?>, IReadOnlyDictionary<string, object?>, object?>
    > Filters = new(StringComparer.Ordinal)
    {
        ["trim"] = (value, given, _) => Strip(JinjaValue.Print(value), given, true, true),
        ["length"] = (value, _, _) => Length(value),
        ["count"] = (value, _, _) => Length(value),
        ["tojson"] = (value, given, named) =>
            JinjaValue.Json(value, Argument(given, named, 0, "indent") is long indent ? (int)indent : null),
        ["upper"] = (value, _, _) => JinjaValue.Print(value).ToUpperInvariant(),
        ["lower"] = (value, _, _) => JinjaValue.Print(value).ToLowerInvariant(),
        ["capitalize"] = (value, _, _) =>
            JinjaValue.Print(value) is { Length: > 0 } text
                ? char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant()
                : "",
        ["title"] = (value, _, _) => Titled(JinjaValue.Print(value)),
        ["string"] = (value, _, _) => JinjaValue.Print(value),
        ["safe"] = (value, _, _) => value,
        ["int"] = (value, given, _) =>
            JinjaValue.Number(value) is { } number ? (long)number
            : long.TryParse(value as string, CultureInfo.InvariantCulture, out var parsed) ? parsed
            : given.FirstOrDefault() ?? 0L,
        ["float"] = (value, given, _) =>
            JinjaValue.Number(value)
            ?? (
                double.TryParse(value as string, CultureInfo.InvariantCulture, out var parsed)
                    ? parsed
                    : given.FirstOrDefault() ?? 0.0
            ),
        ["abs"] = (value, _, _) =>
            value is long whole ? (object)Math.Abs(whole) : Math.Abs(JinjaValue.Number(value) ?? 0),
        ["list"] = (value, _, _) => JinjaValue.Items(value).ToList(),
        ["items"] = (value, _, _) => value is OrderedDictionary<string, object?> map ? Pairs(map) : new List<object?>(),
        ["dictsort"] = (value, _, _) =>
            value is OrderedDictionary<string, object?> map
                ? Pairs(
                    JinjaValue.Map(
                        map.OrderBy(pair => pair.Key.ToLowerInvariant(), StringComparer.Ordinal)
                            .Select(pair => (pair.Key, pair.Value))
                    )
                )
                : new List<object?>(),
        ["first"] = (value, _, _) => JinjaValue.Items(value).FirstOrDefault(JinjaUndefined.Instance),
        ["last"] = (value, _, _) => JinjaValue.Items(value).LastOrDefault(JinjaUndefined.Instance),
        ["reverse"] = (value, _, _) =>
            value is string text ? new string([.. text.Reverse()]) : JinjaValue.Items(value).Reverse().ToList(),
        ["sort"] = (value, _, _) =>
            JinjaValue.Items(value).Order(Comparer<object?>.Create(JinjaValue.Compare)).ToList(),
        ["unique"] = (value, _, _) =>
            JinjaValue
                .Items(value)
                .Aggregate(
                    new List<object?>(),
                    (found, item) => found.Any(other => JinjaValue.Equals(other, item)) ? found : [.. found, item]
                ),
        ["sum"] = (value, _, _) => JinjaValue.Items(value).Aggregate((object?)0L, JinjaValue.Add),
        ["join"] = (value, given, named) =>
            string.Join(
                JinjaValue.Print(Argument(given, named, 0, "d") ?? ""),
                (
                    Argument(given, named, 1, "attribute") is string by
                        ? JinjaValue.Items(value).Select(item => Attribute(item, by))
                        : JinjaValue.Items(value)
                ).Select(JinjaValue.Print)
            ),
        ["default"] = Default,
        ["d"] = Default,
        ["replace"] = (value, given, _) =>
            JinjaValue
                .Print(value)
                .Replace(JinjaValue.Print(given[0]), JinjaValue.Print(given[1]), StringComparison.Ordinal),
        ["indent"] = Indent,
        ["map"] = (value, given, named) =>
            JinjaValue
                .Items(value)
                .Select(item =>
                    named.TryGetValue("attribute", out var by)
                        ? Attribute(item, JinjaValue.Print(by))
                        : Filters![JinjaValue.Print(given[0])](item, [.. given.Skip(1)], named)
                )
                .ToList(),
        ["selectattr"] = (value, given, _) => Where(value, given, true, byAttribute: true),
        ["rejectattr"] = (value, given, _) => Where(value, given, false, byAttribute: true),
        ["select"] = (value, given, _) => Where(value, given, true, byAttribute: false),
        ["reject"] = (value, given, _) => Where(value, given, false, byAttribute: false),
        ["round"] = (value, given, _) =>
            Math.Round(JinjaValue.Number(value) ?? 0, given.FirstOrDefault() is long digits ? (int)digits : 0),
    };

    private static readonly Dictionary<string, Func<object?, IReadOnlyList<object?>, bool>> Tests = new(
        StringComparer.Ordinal
    )
    {
        ["defined"] = (value, _) => value is not JinjaUndefined,
        ["undefined"] = (value, _) => value is JinjaUndefined,
        ["none"] = (value, _) => value is null,
        ["string"] = (value, _) => value is string,
        ["number"] = (value, _) => value is long or double,
        ["integer"] = (value, _) => value is long,
        ["float"] = (value, _) => value is double,
        ["boolean"] = (value, _) => value is bool,
        ["true"] = (value, _) => value is true,
        ["false"] = (value, _) => value is false,
        ["mapping"] = (value, _) => value is OrderedDictionary<string, object?>,
        ["sequence"] = (value, _) => value is string or List<object?> or OrderedDictionary<string, object?>,
        ["iterable"] = (value, _) => value is string or List<object?> or OrderedDictionary<string, object?>,
        ["callable"] = (value, _) => value is JinjaFunction,
        ["in"] = (value, given) => JinjaValue.Contains(given[0], value),
        ["equalto"] = (value, given) => JinjaValue.Equals(value, given[0]),
        ["eq"] = (value, given) => JinjaValue.Equals(value, given[0]),
        ["ne"] = (value, given) => !JinjaValue.Equals(value, given[0]),
        ["odd"] = (value, _) => value is long number && number % 2 != 0,
        ["even"] = (value, _) => value is long number && number % 2 == 0,
        ["divisibleby"] = (value, given) => value is long number && given[0] is long by && number % by == 0,
    };

    internal static Func<object?, IReadOnlyList<object?>, IReadOnlyDictionary<string, object?>, object?>? Filter(
        string name
    ) => Filters.GetValueOrDefault(name);

    internal static Func<object?, IReadOnlyList<object?>, bool>? Test(string name) => Tests.GetValueOrDefault(name);

    /// <summary>value.name: an entry of a mapping, or a method.</summary>
    internal static object? Attribute(object? value, string name)
    {
        if (value is JinjaUndefined)
            throw new LabException($"a chat template asks something undefined for '{name}'");
        // As in Jinja: after a dot a method comes before an entry of its name, in brackets the entry comes first.
        if (Method(value, name) is { } method)
            return method;
        return value is OrderedDictionary<string, object?> map && map.TryGetValue(name, out var entry)
            ? entry
            : JinjaUndefined.Instance;
    }

    /// <summary>value[key].</summary>
    internal static object? Item(object? value, object? key) =>
        (value, key) switch
        {
            (JinjaUndefined, _) => throw new LabException(
                $"a chat template asks something undefined for '{JinjaValue.Print(key)}'"
            ),
            (List<object?> items, long index) => Place(index, items.Count) is var at and >= 0
                ? items[at]
                : JinjaUndefined.Instance,
            (string text, long index) => Place(index, text.Length) is var at and >= 0
                ? text[at].ToString()
                : JinjaUndefined.Instance,
            (OrderedDictionary<string, object?> map, string name) when map.TryGetValue(name, out var entry) => entry,
            (_, string name) => Attribute(value, name),
            _ => JinjaUndefined.Instance,
        };

    /// <summary>value[from:to:step].</summary>
    internal static object? Slice(object? value, object? from, object? to, object? step)
    {
        if (value is string whole)
            return string.Concat(Sliced([.. whole], from, to, step));
        return Sliced(JinjaValue.Items(value).ToArray(), from, to, step).ToList();
    }

    private static IEnumerable<T> Sliced<T>(T[] items, object? from, object? to, object? step)
    {
        var by = step is long given ? given : 1;
        if (by == 0)
            throw new LabException("a chat template slices by steps of 0");
        long Bound(object? bound, long otherwise) =>
            bound is not long at
                ? otherwise
                : Math.Clamp(
                    at < 0 ? at + items.Length : at,
                    by > 0 ? 0 : -1,
                    by > 0 ? items.Length : items.Length - 1
                );
        var (start, end) = (Bound(from, by > 0 ? 0 : items.Length - 1), Bound(to, by > 0 ? items.Length : -1));
        for (var i = start; by > 0 ? i < end : i > end; i += by)
            yield return items[i];
    }

    private static int Place(long index, int count) =>
        (index < 0 ? index + count : index) is var at && at >= 0 && at < count ? (int)at : -1;

    private static JinjaFunction? Method(object? value, string name) =>
        (value, name) switch
        {
            (string text, "strip") => (given, _) => Strip(text, given, true, true),
            (string text, "lstrip") => (given, _) => Strip(text, given, true, false),
            (string text, "rstrip") => (given, _) => Strip(text, given, false, true),
            (string text, "split") => (given, _) => Split(text, given),
            (string text, "splitlines") => (_, _) => text.Split('\n').Select(line => (object?)line).ToList(),
            (string text, "startswith") => (given, _) =>
                text.StartsWith(JinjaValue.Print(given[0]), StringComparison.Ordinal),
            (string text, "endswith") => (given, _) =>
                text.EndsWith(JinjaValue.Print(given[0]), StringComparison.Ordinal),
            (string text, "upper") => (_, _) => text.ToUpperInvariant(),
            (string text, "lower") => (_, _) => text.ToLowerInvariant(),
            (string text, "title") => (_, _) => Titled(text),
            (string text, "capitalize") => (_, _) => Filters["capitalize"](text, [], new Dictionary<string, object?>()),
            (string text, "replace") => (given, _) =>
                text.Replace(JinjaValue.Print(given[0]), JinjaValue.Print(given[1]), StringComparison.Ordinal),
            (string text, "find") => (given, _) =>
                (long)text.IndexOf(JinjaValue.Print(given[0]), StringComparison.Ordinal),
            (string text, "count") => (given, _) => (long)(text.Split(JinjaValue.Print(given[0])).Length - 1),
            (string text, "join") => (given, _) =>
                string.Join(text, JinjaValue.Items(given[0]).Select(JinjaValue.Print)),
            (OrderedDictionary<string, object?> map, "items") => (_, _) => Pairs(map),
            (OrderedDictionary<string, object?> map, "keys") => (_, _) => map.Keys.Select(key => (object?)key).ToList(),
            (OrderedDictionary<string, object?> map, "values") => (_, _) => map.Values.ToList(),
            (OrderedDictionary<string, object?> map, "get") => (given, _) =>
                map.TryGetValue(JinjaValue.Print(given[0]), out var entry) ? entry
                : given.Count > 1 ? given[1]
                : null,
            _ => null,
        };

    private static List<object?> Pairs(OrderedDictionary<string, object?> map) =>
        [.. map.Select(pair => (object?)new List<object?> { pair.Key, pair.Value })];

    private static object? Argument(
        IReadOnlyList<object?> given,
        IReadOnlyDictionary<string, object?> named,
        int place,
        string name
    ) => place < given.Count ? given[place] : named.GetValueOrDefault(name);

    private static object? Default(
        object? value,
        IReadOnlyList<object?> given,
        IReadOnlyDictionary<string, object?> named
    ) =>
        value is JinjaUndefined
        || (JinjaValue.IsTrue(Argument(given, named, 1, "boolean")) && !JinjaValue.IsTrue(value))
            ? Argument(given, named, 0, "default_value") ?? ""
            : value;

    private static object? Indent(
        object? value,
        IReadOnlyList<object?> given,
        IReadOnlyDictionary<string, object?> named
    )
    {
        var width = Argument(given, named, 0, "width") is long asked ? (int)asked : 4;
        var (first, blank) = (
            JinjaValue.IsTrue(Argument(given, named, 1, "first")),
            JinjaValue.IsTrue(Argument(given, named, 2, "blank"))
        );
        var lines = JinjaValue.Print(value).Split('\n');
        return string.Join(
            '\n',
            lines.Select(
                (line, i) => (i > 0 || first) && (line.Length > 0 || blank) ? new string(' ', width) + line : line
            )
        );
    }

    private static List<object?> Where(object? value, IReadOnlyList<object?> given, bool wanted, bool byAttribute)
    {
        var skip = byAttribute ? 1 : 0;
        var test =
            given.Count > skip
                ? Test(JinjaValue.Print(given[skip]))
                    ?? throw new LabException(
                        $"the test '{JinjaValue.Print(given[skip])}' of a chat template is not known here"
                    )
                : (item, _) => JinjaValue.IsTrue(item);
        return
        [
            .. JinjaValue
                .Items(value)
                .Where(item =>
                    test(byAttribute ? Attribute(item, JinjaValue.Print(given[0])) : item, [.. given.Skip(skip + 1)])
                    == wanted
                ),
        ];
    }

    private static long Length(object? value) =>
        value switch
        {
            string text => text.EnumerateRunes().Count(),
            List<object?> items => items.Count,
            OrderedDictionary<string, object?> map => map.Count,
            JinjaUndefined => 0,
            _ => throw new LabException($"a chat template asks for the length of {JinjaValue.Kind(value)}"),
        };

    private static string Strip(string text, IReadOnlyList<object?> given, bool left, bool right)
    {
        var characters = given.Count > 0 && given[0] is string some ? some.ToCharArray() : null;
        if (left)
            text = characters is null ? text.TrimStart() : text.TrimStart(characters);
        if (right)
            text = characters is null ? text.TrimEnd() : text.TrimEnd(characters);
        return text;
    }

    private static List<object?> Split(string text, IReadOnlyList<object?> given)
    {
        var most = given.Count > 1 && given[1] is long limit && limit >= 0 ? (int)limit + 1 : int.MaxValue;
        return given.Count > 0 && given[0] is string separator
            ? [.. text.Split(separator, most)]
            : [.. text.Split((char[]?)null, most, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static string Titled(string text)
    {
        var result = text.ToLowerInvariant().ToCharArray();
        for (var i = 0; i < result.Length; i++)
            if (i == 0 || !char.IsLetter(result[i - 1]))
                result[i] = char.ToUpperInvariant(result[i]);
        return new string(result);
    }
}
