using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Intervals;
using MathNet.Numerics.Distributions;
using static Bench.Tests.Protocol.Statistics.Simulation.Scenarios;
using StudentT = Bench.Protocol.Statistics.Distributions.StudentT;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>Families of arms of which none differs from another, and how often Holm finds a difference.</summary>
internal static class FamilywiseSimulation
{
    /// <summary>Test items of every arm.</summary>
    internal const int Items = 300;

    private const int MostArms = 20;
    private static readonly int[] Sizes = [6, 15, 19];
    private static readonly Lazy<double[][]> Study = new(() => ManySeeds("gold-traces"));

    /// <summary>
    /// Models by their code; they fill arms [arm][seed · items + item]. F4 and F5 have seeds on two levels and are
    /// shown, not bounded.
    /// </summary>
    internal static IReadOnlyDictionary<string, Action<RandomStream, int, double[][]>> Models { get; } =
        new SortedDictionary<string, Action<RandomStream, int, double[][]>>(StringComparer.Ordinal)
        {
            ["F1"] = (random, seeds, arms) =>
            {
                var (ofSeed, ofItem) = (
                    Each(seeds, () => 0.3 + 0.35 * random.NextNormal()),
                    Each(Items, random.NextNormal)
                );
                foreach (var arm in arms)
                {
                    var (own, ownItem) = (
                        Each(seeds, () => 0.35 * random.NextNormal()),
                        Each(Items, () => 0.3 * random.NextNormal())
                    );
                    Fill(arm, (s, i) => random.NextNormal() < ofSeed[s] + own[s] + ofItem[i] + ownItem[i] ? 1 : 0);
                }
            },
            ["F2"] = OwnSeeds((random, _) => Math.Clamp(0.5 + 0.15 * random.NextNormal(), 0.01, 0.99)),
            ["F3"] = OwnSeeds(
                (random, common) => Math.Clamp(0.5 + 0.15 * Math.Sqrt(0.5) * (common + random.NextNormal()), 0.01, 0.99)
            ),
            ["F4"] = OwnSeeds((random, _) => random.NextDouble() < 0.5 ? 0.9 : 0.02),
            ["F5"] = OwnSeeds((random, _) => random.NextDouble() < 0.8 ? 0.9 : 0.02),
            ["F6"] = (random, _, arms) =>
            {
                var ofItem = Each(Items, () => Beta(random, 0.4, 0.2));
                foreach (var arm in arms)
                    Fill(arm, (_, i) => Grade(random, ofItem[i]));
            },
            ["F7"] = (random, seeds, arms) =>
            {
                var study = Study.Value;
                int[] items = [.. Enumerable.Range(0, Items).Select(_ => random.Next(study[0].Length))];
                foreach (var arm in arms)
                {
                    int[] rows = [.. Enumerable.Range(0, seeds).Select(_ => random.Next(study.Length))];
                    Fill(arm, (s, i) => study[rows[s]][items[i]]);
                }
            },
            ["F8"] = (random, seeds, arms) =>
            {
                foreach (var arm in arms)
                {
                    var (own, ownItem) = (
                        Each(seeds, () => 0.41 * random.NextNormal()),
                        Each(Items, () => 1.2 * random.NextNormal())
                    );
                    Fill(arm, (s, i) => own[s] + ownItem[i] + 0.71 * random.NextNormal());
                }
            },
        };

    private static Action<RandomStream, int, double[][]> OwnSeeds(Func<RandomStream, double, double> accuracy) =>
        (random, seeds, arms) =>
        {
            var common = Each(seeds, random.NextNormal);
            foreach (var arm in arms)
            {
                double[] of = [.. common.Select(shared => accuracy(random, shared))];
                Fill(arm, (s, _) => Grade(random, of[s]));
            }
        };

    private static void Fill(double[] arm, Func<int, int, double> cell)
    {
        for (var at = 0; at < arm.Length; at++)
            arm[at] = cell(at / Items, at % Items);
    }

    /// <summary>All families of one model and number of seeds.</summary>
    internal static IReadOnlyList<FamilywiseRow> Cell(string model, int seeds, int simulations)
    {
        var random = new Seed(20_261_127).Stream($"{model} {seeds}");
        var arms = Enumerable.Range(0, MostArms).Select(_ => new double[seeds * Items]).ToArray();
        var families = Sizes.SelectMany(size => new[] { (size, true), (size, false) }).ToArray();
        var critical = new Dictionary<(double, double), double>();
        double Critical(double level, double df) =>
            critical.TryGetValue((level, df), out var known)
                ? known
                : critical[(level, df)] = StudentT.Critical(level, df);
        var counts = new Dictionary<(int, bool, string), int>();
        for (var simulation = 0; simulation < simulations; simulation++)
        {
            Models[model](random, seeds, arms);
            var pairs = new PairedSquares(arms, seeds, Items);
            foreach (var (size, againstBaseline) in families)
            {
                var tests = Pairs(size, againstBaseline).ToArray();
                var level = 0.05 / tests.Length;
                foreach (
                    var method in tests
                        .SelectMany(pair => Rejecting(pairs.Of(pair.I, pair.J), level, Critical))
                        .Distinct()
                )
                    counts[(size, againstBaseline, method)] =
                        counts.GetValueOrDefault((size, againstBaseline, method)) + 1;
            }
        }

        return
        [
            .. families.SelectMany(family =>
                Methods.Select(method =>
                    Row(
                        model,
                        family,
                        seeds,
                        method,
                        simulations,
                        (double)counts.GetValueOrDefault((family.Item1, family.Item2, method)) / simulations
                    )
                )
            ),
        ];
    }

    /// <summary>The methods that are compared; the last is Bench's.</summary>
    internal static readonly string[] Methods = ["bootstrap-normal", "crossed", "seeds", "wider-of-two", "two-term"];

    private static IEnumerable<(int I, int J)> Pairs(int size, bool againstBaseline) =>
        againstBaseline
            ? Enumerable.Range(1, size).Select(j => (0, j))
            : Enumerable.Range(1, size).SelectMany(i => Enumerable.Range(i + 1, size - i).Select(j => (i, j)));

    // Holm rejects some true hypothesis exactly where the least p is below the level over the number of tests.
    private static IEnumerable<string> Rejecting(MeanSquares table, double level, Func<double, double, double> critical)
    {
        var difference = Math.Abs(table.Mean);
        bool Beyond(double half) => difference > Math.Max(half, 1e-12);
        double Half(Rivals.Combined rival) =>
            rival.Variance <= 0 ? 0 : critical(level, rival.DegreesOfFreedom!.Value) * Math.Sqrt(rival.Variance);
        var (clipped, seeds) = (Rivals.Clipped(table), Half(Rivals.Seeds(table)));
        var own = StudentT.Critical(level, clipped.DegreesOfFreedom ?? 1) * Math.Sqrt(Math.Max(0, clipped.Variance));
        if (Beyond(Normal.InvCDF(0, 1, 1 - level / 2) * Math.Sqrt(BootstrapVariance(table))))
            yield return "bootstrap-normal";
        if (Beyond(own))
            yield return "crossed";
        if (Beyond(seeds))
            yield return "seeds";
        if (Beyond(Math.Max(own, seeds)))
            yield return "wider-of-two";
        if (Beyond(table.Rule.HalfWidth(df => critical(level, df))))
            yield return "two-term";
    }

    // Of a bootstrap over seeds and items with endless draws: (SS + (S − 1) SS_items + (I − 1) SS_seeds) / (S I)².
    private static double BootstrapVariance(MeanSquares table)
    {
        var (seeds, items) = (table.SeedCount, table.ItemCount);
        var (bySeed, byItem) = (table.Seeds * (seeds - 1), table.Items * (items - 1));
        var total = bySeed + byItem + table.Residual * (seeds - 1) * (items - 1);
        return (total + (seeds - 1) * byItem + (items - 1) * bySeed) / Math.Pow((double)seeds * items, 2);
    }

    private static FamilywiseRow Row(
        string model,
        (int Size, bool AgainstBaseline) family,
        int seeds,
        string method,
        int simulations,
        double error
    ) =>
        new(
            Model: model,
            Arms: family.Size,
            Family: family.AgainstBaseline ? "against one baseline" : "all pairs",
            Tests: Pairs(family.Size, family.AgainstBaseline).Count(),
            Seeds: seeds,
            Items: Items,
            Method: method,
            Simulations: simulations,
            FamilywiseError: Math.Round(error, 4),
            StandardError: Math.Round(CoverageSimulation.StandardError(error, simulations), 4)
        );
}
