using System.Globalization;
using Bench.Protocol.Claims;
using Bench.Protocol.Machines;

namespace Bench.EndToEnd.Packs;

/// <summary>Measured rates of real machines: each is foretold by the others.</summary>
public sealed class MachinePackTests(ITestOutputHelper output)
{
    private const string Table = "measurements.csv";

    public static IEnumerable<TheoryDataRow<string>> Measured => Pack.Folders("data/machines", Table);

    private static MachineRates Read(string folder)
    {
        using var stream = File.OpenRead(Path.Combine(folder, Table));
        return MachineRates.Read(stream, Table);
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void Every_third_case_held_back_is_foretold_by_the_others(string folder)
    {
        var all = Read(folder);
        var errors = new List<(StepCase Case, double Error)>();
        for (var left = 0; left < 3; left++)
        {
            var rates = new MachineRates(all.Device, [.. all.Steps.Where((_, i) => i % 3 != left)]);
            foreach (var held in all.Steps.Where((_, i) => i % 3 == left))
                errors.Add((held.Case, rates.Seconds(held with { Seconds = 0 }) / held.Seconds - 1));
        }

        foreach (var kind in errors.GroupBy(error => error.Case))
        {
            double[] off = [.. kind.Select(error => Math.Abs(error.Error)).Order()];
            var (median, bound) = (off[off.Length / 2], kind.Key == StepCase.Write ? 0.4 : 0.25);
            output.WriteLine(
                $"{Path.GetFileName(folder)}, {kind.Key}: {off.Length} held back, off by "
                    + $"{median:0.000} in the median, {off[^1]:0.000} at most, {off.Count(error => error <= bound)} "
                    + $"within {bound}"
            );
            Assert.InRange(median, 0, 0.75 * bound);
            Assert.True(off.Count(error => error <= bound) >= 0.8 * off.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void What_was_measured_comes_back(string folder)
    {
        var rates = Read(folder);
        foreach (var step in rates.Steps)
            Assert.InRange(rates.Seconds(step with { Seconds = 0 }) / step.Seconds, 0.7, 1.4);
        Assert.DoesNotContain(rates.Steps, step => step.IsCompiled);
    }

    [Theory]
    [MemberData(nameof(Measured))]
    public void What_is_assumed_of_utilisation_holds_every_training_step_that_was_measured(string folder)
    {
        var claims = Path.Combine(Repository.Root, "experiments", "claims");
        var ranges = ClaimTable.Ranges(Path.Combine(claims, "ranges.csv"));
        var like = ClaimTable.Read(Path.Combine(claims, "claims.csv"))[0] with
        {
            Method = "sft_on_traces",
            Keys = new Dictionary<string, string>(StringComparer.Ordinal),
        };
        using var stream = File.OpenRead(Path.Combine(folder, Table));
        using var csv = CsvHelper.CsvReader.Create(stream, CsvHelper.CsvReaderOptions.Default, leaveOpen: true);
        var measured = 0;
        while (csv.Read())
        {
            if (csv.GetString("case") != "train")
                continue;
            var (size, utilisation) = (Real(csv.GetString("parameters")), Real(csv.GetString("mfu_of_989")));
            var range = AssumedRange.Find(ranges, "utilisation", like with { Parameters = size })!;
            Assert.InRange(utilisation, range.Bounds.Low, range.Bounds.High);
            measured++;
        }

        Assert.True(measured > 0);
    }

    private static double Real(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
