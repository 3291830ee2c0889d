using Bench.Protocol.Statistics.Distributions;
using MathNet.Numerics;

namespace Bench.Protocol.Statistics.Power;

/// <summary>
/// The differences that a design of so many seeds can see: the power of the two-sided paired t test, by the noncentral
/// t distribution, both tails counted. With few seeds the normal approximation is wrong: three seeds see 3.26 standard
/// deviations, not 1.62.
/// </summary>
public static class PairedPower
{
    /// <summary>The chance to find a true difference.</summary>
    public const double Wanted = 0.8;

    private const double Level = 0.05;
    private const int MostSeeds = 1_000_000;

    /// <summary>The chance to find a difference.</summary>
    /// <param name="seeds">S, at least 2.</param>
    /// <param name="difference">In standard deviations of the seeds' differences.</param>
    /// <param name="level">Of the test; divide it by the number of contrasts where Holm takes several.</param>
    public static double Of(int seeds, double difference, double level = Level)
    {
        var (critical, shift) = (StudentT.Critical(level, seeds - 1), difference * Math.Sqrt(seeds));
        return NoncentralT.Tails(critical, seeds - 1, shift).Upper
            + NoncentralT.Tails(-critical, seeds - 1, shift).Lower;
    }

    /// <summary>
    /// The least difference that is found with a chance, in standard deviations of the seeds' differences.
    /// </summary>
    public static double Detectable(int seeds, double level = Level, double power = Wanted)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 2);
        var high = 1.0;
        while (Of(seeds, high, level) < power)
            high *= 2;
        return FindRoots.OfFunction(difference => Of(seeds, difference, level) - power, 0, high, 1e-12, 400);
    }

    /// <summary>The least number of seeds, at least 2, that finds a difference with a chance.</summary>
    /// <param name="sd">Of the seeds' differences, more than 0.</param>
    /// <param name="difference">More than 0.</param>
    /// <param name="level">Of the test.</param>
    /// <param name="power">The chance.</param>
    /// <returns>Null where it takes more than a million.</returns>
    public static int? SeedsNeeded(double sd, double difference, double level = Level, double power = Wanted)
    {
        bool Enough(int seeds) => Of(seeds, difference / sd, level) >= power;
        var (low, high) = (1, 2);
        while (!Enough(high))
        {
            if (high >= MostSeeds)
                return null;
            (low, high) = (high, 2 * high);
        }

        while (high - low > 1)
        {
            var middle = (low + high) / 2;
            (low, high) = Enough(middle) ? (low, middle) : (middle, high);
        }

        return high;
    }
}
