using Bench.Protocol.Statistics.Distributions;

namespace Bench.Protocol.Statistics.Power;

/// <summary>How far a standard deviation of few seeds may be from the true one, for normal seeds.</summary>
public static class SpreadBound
{
    /// <summary>
    /// The upper bound that the true standard deviation exceeds with a chance of 1 − confidence: √(ν / χ²) of it. Plans
    /// take the one of 80%, since three seeds know a standard deviation to a factor of 0.52 to 6.3.
    /// </summary>
    public static double Upper(double sd, int seeds, double confidence = 0.8) =>
        sd * Math.Sqrt((seeds - 1) / ChiSquare.Quantile(1 - confidence, seeds - 1));
}
