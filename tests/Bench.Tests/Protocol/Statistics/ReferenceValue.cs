using System.Text.Json;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>Readers of a case of the reference values, and the comparison of its numbers with computed ones.</summary>
internal static class ReferenceValue
{
    internal static double Number(this JsonElement entry, string key) => Number(entry.GetProperty(key));

    internal static int Whole(this JsonElement entry, string key) => entry.GetProperty(key).GetInt32();

    internal static double[] Numbers(this JsonElement entry, string key) => Numbers(entry.GetProperty(key));

    internal static int[] Wholes(this JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(value => value.GetInt32())];

    internal static double[][] Table(this JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(Numbers)];

    internal static double? Maybe(this JsonElement entry, string key) =>
        entry.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? Number(value) : null;

    private static double[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(Number)];

    private static double Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.String
            ? value.GetString() switch
            {
                "inf" => double.PositiveInfinity,
                "-inf" => double.NegativeInfinity,
                var other => throw new FormatException($"'{other}' is no number"),
            }
            : value.GetDouble();

    /// <summary>
    /// Compares every value below an expected one with the computed one of the same name. A value that nothing computes
    /// fails; so does one that differs by more than the tolerance, relative, and absolute below the floor.
    /// </summary>
    /// <returns>How many numbers and words were compared.</returns>
    internal static int Compare(
        JsonElement expected,
        object? computed,
        Func<string, double> tolerance,
        Func<string, double> floor,
        string path
    )
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                var known = Assert.IsType<IReadOnlyDictionary<string, object?>>(computed, exactMatch: false);
                return expected
                    .EnumerateObject()
                    .Sum(property =>
                    {
                        Assert.True(known.ContainsKey(property.Name), $"{path}.{property.Name}: nothing computes it");
                        return Compare(
                            property.Value,
                            known[property.Name],
                            tolerance,
                            floor,
                            $"{path}.{property.Name}"
                        );
                    });
            case JsonValueKind.Array:
                object?[] list = [.. Assert.IsType<System.Collections.IEnumerable>(computed, exactMatch: false)];
                var items = expected.EnumerateArray().ToArray();
                Assert.True(items.Length == list.Length, $"{path}: {list.Length} values, not {items.Length}");
                return items.Select((item, i) => Compare(item, list[i], tolerance, floor, $"{path}[{i}]")).Sum();
            case JsonValueKind.Null:
                Assert.True(computed is null or double.NaN, $"{path}: {computed}, not null");
                return 1;
            case JsonValueKind.String when expected.GetString() is not ("inf" or "-inf"):
                Assert.True(expected.GetString() == computed as string, $"{path}: {computed}, not {expected}");
                return 1;
            case JsonValueKind.True or JsonValueKind.False:
                Assert.True(expected.GetBoolean() == computed as bool?, $"{path}: {computed}, not {expected}");
                return 1;
            default:
                var (want, got) = (Number(expected), Convert.ToDouble(computed, null));
                var reach = tolerance(path) * Math.Max(floor(path), Math.Abs(want));
                Assert.True(
                    want.Equals(got) || (computed is not null && Math.Abs(got - want) <= reach),
                    $"{path}: {got:r}, not {want:r}"
                );
                return 1;
        }
    }
}
