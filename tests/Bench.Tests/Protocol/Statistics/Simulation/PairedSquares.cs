using Bench.Protocol.Statistics.Intervals;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>
/// The analyses of all pairs of arms from products of their scores: of 190 pairs each difference need not be formed.
/// </summary>
internal sealed class PairedSquares
{
    private readonly int seeds;
    private readonly int items;
    private readonly double[][] arms;
    private readonly double[][] ofSeeds;
    private readonly double[][] ofItems;

    internal PairedSquares(double[][] arms, int seeds, int items)
    {
        (this.arms, this.seeds, this.items) = (arms, seeds, items);
        ofSeeds =
        [
            .. arms.Select(arm =>
                Enumerable.Range(0, seeds).Select(s => arm.AsSpan(s * items, items).ToArray().Average()).ToArray()
            ),
        ];
        ofItems =
        [
            .. arms.Select(arm =>
            {
                var means = new double[items];
                for (var at = 0; at < arm.Length; at++)
                    means[at % items] += arm[at] / seeds;
                return means;
            }),
        ];
    }

    /// <summary>The analysis of arm i less arm j.</summary>
    internal MeanSquares Of(int i, int j)
    {
        static double Square(double[] x, double[] y) =>
            Bootstrap.Dot(x, x) + Bootstrap.Dot(y, y) - 2 * Bootstrap.Dot(x, y);
        static double Clean(double value) => value < 1e-9 ? 0 : value;
        var mean = ofSeeds[i].Average() - ofSeeds[j].Average();
        var bySeed = Clean(items * (Square(ofSeeds[i], ofSeeds[j]) - seeds * mean * mean));
        var byItem = Clean(seeds * (Square(ofItems[i], ofItems[j]) - items * mean * mean));
        var rest = Clean(Square(arms[i], arms[j]) - (double)seeds * items * mean * mean - bySeed - byItem);
        return new MeanSquares(
            Mean: mean,
            Seeds: bySeed / (seeds - 1),
            Items: byItem / (items - 1),
            Residual: rest / ((seeds - 1.0) * (items - 1))
        )
        {
            SeedCount = seeds,
            ItemCount = items,
            Cells = seeds * items,
        };
    }
}
