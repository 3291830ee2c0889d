using System.Text.Json;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>How Bench computes the values of a group of reference cases.</summary>
/// <param name="Inputs">Properties of a case that are given, where it has no object of expected values.</param>
/// <param name="Compute">All other properties, by name.</param>
internal sealed record ReferenceFormula(
    string[] Inputs,
    Func<JsonElement, IReadOnlyDictionary<string, object?>> Compute
)
{
    /// <summary>Where a case is compared in a way of its own; null for the usual one.</summary>
    internal Func<JsonElement, Func<string, double>, Func<string, double>, string, int>? Own { get; init; }

    internal int Check(JsonElement entry, Func<string, double> tolerance, Func<string, double> floor, string place)
    {
        if (Own is not null)
            return Own(entry, tolerance, floor, place);
        var computed = Compute(entry);
        if (entry.TryGetProperty("expected", out var expected))
            return ReferenceValue.Compare(expected, computed, tolerance, floor, place);
        return entry
            .EnumerateObject()
            .Where(property => !Inputs.Contains(property.Name) && property.Name != "note")
            .Sum(property =>
            {
                Assert.True(computed.ContainsKey(property.Name), $"{place}.{property.Name}: nothing computes it");
                return ReferenceValue.Compare(
                    property.Value,
                    computed[property.Name],
                    tolerance,
                    floor,
                    $"{place}.{property.Name}"
                );
            });
    }
}
