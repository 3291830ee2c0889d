using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Distributions;
using Bench.Protocol.Statistics.Intervals;
using MathNet.Numerics.Distributions;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>The scenarios of docs/statistics.md.</summary>
internal static class Scenarios
{
    // Seeds at one of two levels, most of a study's seeds at the higher one or few.
    private const double Upper = 0.9;
    private const double Lower = 0.02;

    internal static IReadOnlyList<Scenario> All { get; } =
    [
        Grades("a1", 0.5, random => Math.Clamp(0.5 + 0.15 * random.NextNormal(), 0.01, 0.99)),
        Probit("a2", 0.3, 0.5, 1),
        Probit("a3", 0.3, 0.08, 1),
        Probit("a4", 2.3, 0.2, 1),
        Real("a5", 0.2, 1, 1),
        TwoLevels("b1", 0.5),
        TwoLevels("b2", 0.8),
        TwoLevels("b3", 0.2),
        Grades("b4", 8 / 8.8, random => Beta(random, 8, 0.8)),
        Items("c1", 0.4, 0.2),
        new("c2", 0.7, ScoreRange.Share, (random, seeds, items) => Same(seeds, Each(items, () => Grade(random, 0.7)))),
        new("d1", 0.375, ScoreRange.Real, (_, seeds, items) => Same(seeds, Each(items, () => 0.375))),
        Grades("d2", 0.5, _ => 0.5),
        Grades("d3", 0.99, _ => 0.99),
        Real("e1", 0.05, 0.1, 1),
        Real("e2", 0.1, 0.3, 1),
        PairedProbit("p1", 0.3, 0.4, 0.3),
        PairedProbit("p2", 0.8, 0.05, 0.1),
        Paired("p3", TwoLevels("b1", 0.5), TwoLevels("b1", 0.5)),
        Paired("p4", TwoLevels("b2", 0.8), Grades("b4", 8 / 8.8, random => Beta(random, 8, 0.8))),
        Paired("p5", Items("c1", 0.4, 0.2), Items("c1", 0.4, 0.2)),
        Resampled("m1", ManySeeds("gold-traces"), ScoreRange.Share),
        Resampled("m2", ManySeeds("traces"), ScoreRange.Share),
        Resampled(
            "m3",
            [.. MeanInterval.Difference(ManySeeds("gold-traces"), ManySeeds("traces")).Select(row => row.ToArray())],
            ScoreRange.ShareDifference
        ),
    ];

    internal static double[] Each(int count, Func<double> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];

    internal static double Grade(RandomStream random, double chance) => random.NextDouble() < chance ? 1 : 0;

    internal static double Beta(RandomStream random, double a, double b) =>
        IncompleteBeta.Share(IncompleteBeta.Quantile(a, b, Math.Max(random.NextDouble(), 1e-300)));

    /// <summary>A study of 21 seeds and 300 items, frozen: grades [seed][item] of a method.</summary>
    internal static double[][] ManySeeds(string method) =>
        [
            .. File.ReadLines(Path.Combine(Repository.Root, "tests", "Bench.Tests", "Goldens", "many-seeds.csv"))
                .Select(line => line.Split(','))
                .Where(cells => cells[0] == method)
                .Select(cells => cells[2].Select(grade => grade == '1' ? 1.0 : 0).ToArray()),
        ];

    private static double[][] Same(int seeds, double[] row) => [.. Enumerable.Repeat(row, seeds)];

    private static double[][] Table(int seeds, int items, Func<int, int, double> cell) =>
        [
            .. Enumerable
                .Range(0, seeds)
                .Select(s =>
                {
                    var row = new double[items];
                    for (var i = 0; i < items; i++)
                        row[i] = cell(s, i);
                    return row;
                }),
        ];

    // Each seed has an accuracy of its own, and items are coins.
    private static Scenario Grades(string code, double truth, Func<RandomStream, double> accuracy) =>
        new(
            code,
            truth,
            ScoreRange.Share,
            (random, seeds, items) =>
            {
                var of = Each(seeds, () => accuracy(random));
                return Table(seeds, items, (s, _) => Grade(random, of[s]));
            }
        );

    private static Scenario TwoLevels(string code, double share) =>
        Grades(code, share * Upper + (1 - share) * Lower, random => random.NextDouble() < share ? Upper : Lower);

    // Right where a normal number is below middle + seed + item.
    private static Scenario Probit(string code, double middle, double seedSd, double itemSd) =>
        new(
            code,
            Normal.CDF(0, 1, middle / Math.Sqrt(1 + seedSd * seedSd + itemSd * itemSd)),
            ScoreRange.Share,
            (random, seeds, items) =>
            {
                var (ofSeed, ofItem) = (
                    Each(seeds, () => seedSd * random.NextNormal()),
                    Each(items, () => itemSd * random.NextNormal())
                );
                return Table(seeds, items, (s, i) => random.NextNormal() < middle + ofSeed[s] + ofItem[i] ? 1 : 0);
            }
        );

    private static Scenario Real(string code, double seedSd, double itemSd, double cellSd) =>
        new(
            code,
            0,
            ScoreRange.Real,
            (random, seeds, items) =>
            {
                var (ofSeed, ofItem) = (
                    Each(seeds, () => seedSd * random.NextNormal()),
                    Each(items, () => itemSd * random.NextNormal())
                );
                return Table(seeds, items, (s, i) => ofSeed[s] + ofItem[i] + cellSd * random.NextNormal());
            }
        );

    // Seeds do not vary: an item has a chance to be solved by any of them.
    private static Scenario Items(string code, double a, double b) =>
        new(
            code,
            a / (a + b),
            ScoreRange.Share,
            (random, seeds, items) =>
            {
                var of = Each(items, () => Beta(random, a, b));
                return Table(seeds, items, (_, i) => Grade(random, of[i]));
            }
        );

    // The difference of two arms that are equal, and share some of their seeds' luck.
    private static Scenario PairedProbit(string code, double common, double own, double ownItem) =>
        new(
            code,
            0,
            ScoreRange.ShareDifference,
            (random, seeds, items) =>
            {
                var (ofSeed, ofItem) = (
                    Each(seeds, () => 0.3 + common * random.NextNormal()),
                    Each(items, random.NextNormal)
                );
                double[][] Arm()
                {
                    var (seed, item) = (
                        Each(seeds, () => own * random.NextNormal()),
                        Each(items, () => ownItem * random.NextNormal())
                    );
                    return Table(
                        seeds,
                        items,
                        (s, i) => random.NextNormal() < ofSeed[s] + ofItem[i] + seed[s] + item[i] ? 1 : 0
                    );
                }

                var (first, second) = (Arm(), Arm());
                return Table(seeds, items, (s, i) => first[s][i] - second[s][i]);
            }
        );

    private static Scenario Paired(string code, Scenario one, Scenario other) =>
        new(
            code,
            one.Truth - other.Truth,
            ScoreRange.ShareDifference,
            (random, seeds, items) =>
            {
                var (first, second) = (one.Draw(random, seeds, items), other.Draw(random, seeds, items));
                return Table(seeds, items, (s, i) => first[s][i] - second[s][i]);
            }
        );

    private static Scenario Resampled(string code, double[][] study, ScoreRange range) =>
        new(
            code,
            study.Average(row => row.Average()),
            range,
            (random, seeds, items) =>
            {
                int[] rows = [.. Enumerable.Range(0, seeds).Select(_ => random.Next(study.Length))],
                    columns = [.. Enumerable.Range(0, items).Select(_ => random.Next(study[0].Length))];
                return Table(seeds, items, (s, i) => study[rows[s]][columns[i]]);
            }
        );
}
