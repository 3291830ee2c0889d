using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Intervals;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>A world from which tables of scores are drawn, whose true mean is known.</summary>
/// <param name="Code">Its name: a letter for its kind and a number.</param>
/// <param name="Truth">The true mean.</param>
/// <param name="Range">Where scores lie.</param>
/// <param name="Draw">Draws scores [seed][item] of so many seeds and items.</param>
internal sealed record Scenario(
    string Code,
    double Truth,
    ScoreRange Range,
    Func<RandomStream, int, int, double[][]> Draw
)
{
    /// <summary>Whether seeds show what they can do, so that the rule must cover here.</summary>
    internal bool IsBounded => Code is not ("b1" or "b2" or "b3" or "p4" or "m1" or "m2" or "d1");

    /// <summary>The least and the largest coverage that is allowed (docs/statistics.md).</summary>
    internal (double Low, double High) Bounds(int seeds) =>
        (
            Code == "b4" ? 0.92 : 0.93,
            seeds switch
            {
                3 => 0.995,
                5 => 0.99,
                _ => 0.98,
            }
        );
}
