using System.Numerics;
using Bench.Protocol.Seeds;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>
/// The percentile bootstrap over seeds and items that Bench once reported: the rule that few seeds break.
/// </summary>
internal sealed class Bootstrap
{
    private const int Draws = 400;

    private readonly int[][] seedDraws;
    private readonly double[][] itemCounts;

    internal Bootstrap(int seeds, int items)
    {
        var random = new Seed(11).Stream("bootstrap");
        seedDraws = [.. Enumerable.Range(0, Draws).Select(_ => Draw(random, seeds))];
        itemCounts =
        [
            .. Enumerable
                .Range(0, Draws)
                .Select(_ =>
                {
                    var counts = new double[items];
                    foreach (var item in Draw(random, items))
                        counts[item] += 1.0 / items;
                    return counts;
                }),
        ];
    }

    internal (double Low, double High) Interval(double[][] scores)
    {
        var means = new double[Draws];
        for (var draw = 0; draw < Draws; draw++)
        {
            double[] ofSeeds = [.. scores.Select(row => Dot(row, itemCounts[draw]))];
            means[draw] = seedDraws[draw].Average(seed => ofSeeds[seed]);
        }

        Array.Sort(means);
        return (Quantile(means, 0.025), Quantile(means, 0.975));
    }

    private static int[] Draw(RandomStream random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(count))];

    private static double Quantile(double[] sorted, double probability)
    {
        var position = probability * (sorted.Length - 1);
        var below = (int)position;
        return sorted[below] + (position - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]);
    }

    /// <summary>The sum of products.</summary>
    internal static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var wide = Vector<double>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<double>.Count; i += Vector<double>.Count)
            wide += new Vector<double>(x[i..]) * new Vector<double>(y[i..]);
        var sum = Vector.Sum(wide);
        for (; i < x.Length; i++)
            sum += x[i] * y[i];
        return sum;
    }
}
