using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>
/// Every statistic against values of 50 digits or exact fractions, to the tolerance that their file states. The output
/// counts cases and values by group.
/// </summary>
public sealed class ReferenceTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Groups =>
        Pack.Files("statistics/reference", "*.json")
            .SelectMany(file =>
                JsonDocument
                    .Parse(File.ReadAllBytes(file))
                    .RootElement.EnumerateObject()
                    .Where(property => property.Value.ValueKind == JsonValueKind.Array)
                    .Select(property => new TheoryDataRow<string, string>(file, property.Name))
            )
            .DefaultIfEmpty(
                new TheoryDataRow<string, string>("", "")
                {
                    Skip = "needs reference values: statistics/reference/*.json (set BENCH_SHARED)",
                }
            );

    [Theory]
    [MemberData(nameof(Groups))]
    public void Every_statistic_has_its_reference_value(string file, string group)
    {
        var root = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement;
        Assert.True(ReferenceFormulas.Known.ContainsKey(group), $"{file}: no statistic is known for '{group}'");
        var formula = ReferenceFormulas.Known[group];
        var kind = root.TryGetProperty("tolerance_kind", out var words) ? words.GetString()! : "";
        var (cases, values) = (0, 0);
        foreach (var entry in root.GetProperty(group).EnumerateArray())
        {
            var place = $"{Path.GetFileName(file)} {group}[{cases}]";
            values += formula.Check(
                entry,
                path => Tolerance(root, kind, group, path),
                path => Floor(kind, path),
                place
            );
            cases++;
        }

        Console.WriteLine($"    reference: {Path.GetFileName(file)} {group}: {cases} cases, {values} values");
    }

    // Where a tolerance is no longer relative: below 1, or for tails below a probability. (The tail of t with 10,000
    // degrees of freedom beyond 30 is written with five right digits; DistributionTests has more of them.)
    private static double Floor(string kind, string path)
    {
        if (kind.Contains("absolute below 1", StringComparison.Ordinal))
            return 1;
        return
            Regex.Match(kind, @"tails down to (\d[\de.-]*\d)") is { Success: true } stated
            && Regex.IsMatch(path, @"\.(lower|upper|two_sided)$")
            ? double.Parse(stated.Groups[1].Value, CultureInfo.InvariantCulture)
            : 0;
    }

    // A file states one tolerance, or one for each kind of value, or one for a group in its words.
    private static double Tolerance(JsonElement root, string kind, string group, string path)
    {
        if (Regex.Match(kind, $@"\b{Regex.Escape(group)} (\d\S*)") is { Success: true } stated)
            return double.Parse(stated.Groups[1].Value, CultureInfo.InvariantCulture);
        var tolerance = root.GetProperty("tolerance");
        if (tolerance.ValueKind == JsonValueKind.Number)
            return tolerance.GetDouble();
        return tolerance
            .GetProperty(
                path.Contains(".objective", StringComparison.Ordinal) ? "objective"
                : path.Contains(".predictions", StringComparison.Ordinal)
                || path.Contains("rms_", StringComparison.Ordinal)
                    ? "predictions"
                : "constants"
            )
            .GetDouble();
    }
}
