using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Intervals;
using BenchmarkDotNet.Attributes;

namespace Bench.Benchmarks;

/// <summary>The interval and the p of a difference over 5 seeds and 500 items.</summary>
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
    public double Interval() => MeanInterval.OfDifference(one, other, ScoreRange.Share).Low!.Value;

    [Benchmark]
    public double P() => MeanSquares.Of(MeanInterval.Difference(one, other)).Rule.P();
}
