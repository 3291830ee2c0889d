using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Bench.Protocol.Reading;

/// <summary>Makes a record from a section by the <see cref="KeyAttribute"/> of its properties.</summary>
internal static class SectionReader
{
    private static readonly ConcurrentDictionary<Type, IReadOnlyList<(PropertyInfo Property, KeyAttribute Key)>> Known =
        new();

    /// <summary>The keys of a record, in the order of its properties, those that it inherits first.</summary>
    internal static IReadOnlyList<(PropertyInfo Property, KeyAttribute Key)> KeysOf(Type record) =>
        Known.GetOrAdd(
            record,
            type =>
                [
                    .. Lineage(type)
                        .Reverse()
                        .SelectMany(part =>
                            part.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                        )
                        .Select(property => (property, Key: property.GetCustomAttribute<KeyAttribute>()!))
                        .Where(entry => entry.Key is not null),
                ]
        );

    /// <summary>Whether a key must be given.</summary>
    internal static bool IsRequired(PropertyInfo property) =>
        property.GetCustomAttribute<RequiredMemberAttribute>() is not null;

    /// <summary>Reads all keys of a record; whatever is wrong is noted, all of it.</summary>
    /// <exception cref="SectionFailedException">Something was wrong.</exception>
    internal static object Read(Type record, SpecMapping section)
    {
        var made = Activator.CreateInstance(record)!;
        var before = section.ErrorCount;
        foreach (var (property, key) in KeysOf(record))
        {
            if (!section.Has(key.Name) && !IsRequired(property))
                continue;
            section.Attempt(() => property.SetValue(made, ValueOf(property, key, section)));
        }

        if (section.ErrorCount > before)
            throw new SectionFailedException();
        if (made is ICheckedSection check)
            check.Check(section);
        return made;
    }

    private static object? ValueOf(PropertyInfo property, KeyAttribute key, SpecMapping section)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (type == typeof(bool))
            return section.Flag(key.Name, false);
        if (type == typeof(string))
            return key.IsName ? section.Name(key.Name, key.Remedy) : section.Text(key.Name, key.Remedy);
        if (type == typeof(double))
            return Inside(section, key, section.Number(key.Name, null, Low(key), High(key)));
        if (type == typeof(int))
            return (int)section.Integer(key.Name, null, (long)key.Low, (long)key.High);
        if (type == typeof(long))
            return section.Integer(key.Name, null, (long)key.Low, (long)key.High);
        if (type.IsEnum)
            return Chosen(type, key.Name, section);
        if (ElementOf(type) is { } element)
            return ListOf(element, key, section);
        if (type == typeof(IReadOnlyDictionary<string, double>))
            return SharesOf(key, section.Mapping(key.Name, key.Remedy));
        var inner = section.Mapping(key.Name, key.Remedy);
        var read = type.GetMethod(
            "Read",
            BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public,
            [typeof(SpecMapping)]
        );
        if (read is not null)
            return read.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [inner], null);
        try
        {
            return Read(type, inner);
        }
        finally
        {
            inner.Close();
        }
    }

    // A value at an end of such a range would silently be another thing, with a name of its own.
    private static double Low(KeyAttribute key) => key.IsInside ? double.NegativeInfinity : key.Low;

    private static double High(KeyAttribute key) => key.IsInside ? double.PositiveInfinity : key.High;

    private static double Inside(SpecMapping section, KeyAttribute key, double value) =>
        !key.IsInside || (value > key.Low && value < key.High)
            ? value
            : throw new SpecException(
                section.LocationOfValue(key.Name),
                FormattableString.Invariant($"'{key.Name}' is {value}"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"it must lie strictly between {key.Low} and {key.High}: at the ends it is another thing, with "
                        + $"its own name"
                )
            );

    private static object Chosen(Type type, string key, SpecMapping section) =>
        typeof(SpecMapping)
            .GetMethod(nameof(SpecMapping.Chosen), BindingFlags.Instance | BindingFlags.NonPublic)!
            .MakeGenericMethod(type)
            .Invoke(section, BindingFlags.DoNotWrapExceptions, null, [key], null)!;

    private static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)
            ? type.GetGenericArguments()[0]
            : null;

    private static object ListOf(Type element, KeyAttribute key, SpecMapping section)
    {
        if (element == typeof(string))
            return section.Words(key.Name).Select(word => word.Word).ToArray();
        if (element == typeof(double))
            return section.Numbers(key.Name, key.Low, key.High, key.Remedy);
        if (element == typeof(int))
            return section
                .Integers(key.Name, (long)key.Low, (long)key.High, key.Remedy)
                .Select(number => (int)number)
                .ToArray();
        if (element == typeof(long))
            return section.Integers(key.Name, (long)key.Low, (long)key.High, key.Remedy);
        var entries = section.Mappings(key.Name, key.Remedy);
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        foreach (var entry in entries)
        {
            section.Attempt(() => list.Add(Read(element, entry)));
            entry.Close();
        }

        return list;
    }

    // Sorted, so that the same shares in another order are the same.
    private static SortedDictionary<string, double> SharesOf(KeyAttribute key, SpecMapping section)
    {
        var shares = section
            .Keys.ToArray()
            .ToDictionary(name => name, name => section.Number(name, null, key.Low, key.High));
        section.Close();
        return new SortedDictionary<string, double>(shares, StringComparer.Ordinal);
    }

    private static IEnumerable<Type> Lineage(Type type)
    {
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType!)
            yield return at;
    }
}
