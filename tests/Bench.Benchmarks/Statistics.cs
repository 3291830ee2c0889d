using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Contrasts;
using Bench.Protocol.Statistics.Intervals;
using BenchmarkDotNet.Attributes;

namespace Bench.Benchmarks;

/// <summary>An interval over 5 seeds and 500 items, its draws included, and the paired test of 500 items.</summary>
public class Statistics
{
    private double[][] one = [];
    private double[][] other = [];

    [GlobalSetup]
    public void SetUp()
    {
        var random = new Seed(1).Stream("scores");
        double[][] Scores(int percent) =>
            [
                .. Enumerable
                    .Range(0, 5)
                    .Select(_ =>
                        Enumerable.Range(0, 500).Select(_ => random.Next(100) < percent ? 1.0 : 0.0).ToArray()
                    ),
            ];
        (one, other) = (Scores(60), Scores(50));
    }

    [Benchmark]
    public double Interval() => new HierarchicalBootstrap(5, 500).Difference(one, other).Value;

    [Benchmark]
    public double PairedTest() => PairedTests.Permutation(one[0], other[0]);
}
