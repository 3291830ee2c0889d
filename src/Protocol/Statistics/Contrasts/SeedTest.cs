using Bench.Protocol.Statistics.Distributions;

namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>A t test of seeds alone.</summary>
/// <param name="Difference">Of the means.</param>
/// <param name="T">The statistic; null where nothing varies.</param>
/// <param name="DegreesOfFreedom">Its degrees of freedom.</param>
/// <param name="StandardError">Of the difference.</param>
public sealed record SeedTest(double Difference, double? T, double DegreesOfFreedom, double StandardError)
{
    /// <summary>The two-sided p of no difference.</summary>
    public double P =>
        T is { } t ? StudentT.TwoSided(t, DegreesOfFreedom)
        : Difference == 0 ? 1
        : 0;

    /// <summary>The 95% interval of the difference.</summary>
    public (double Low, double High) Interval
    {
        get
        {
            var half = StudentT.Critical(0.05, DegreesOfFreedom) * StandardError;
            return (Difference - half, Difference + half);
        }
    }

    /// <summary>Student's paired test of the seeds' differences, at least two.</summary>
    public static SeedTest Paired(IReadOnlyList<double> differences)
    {
        var (mean, error) = Moments(differences);
        return Of(mean, error, differences.Count - 1);
    }

    /// <summary>
    /// Welch's test of arms whose seeds are not paired (Biometrika 34, 1947), at least two seeds each. It takes no
    /// variance to be shared.
    /// </summary>
    public static SeedTest Unpaired(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var ((a, errorA), (b, errorB)) = (Moments(first), Moments(second));
        var (varianceA, varianceB) = (errorA * errorA, errorB * errorB);
        var variance = varianceA + varianceB;
        var df =
            variance == 0
                ? first.Count + second.Count - 2
                : variance
                    * variance
                    / (varianceA * varianceA / (first.Count - 1) + varianceB * varianceB / (second.Count - 1));
        return Of(a - b, Math.Sqrt(variance), df);
    }

    private static SeedTest Of(double difference, double error, double df) =>
        new(
            Difference: difference,
            T: error > 0 ? difference / error : null,
            DegreesOfFreedom: df,
            StandardError: error
        );

    private static (double Mean, double Error) Moments(IReadOnlyList<double> values)
    {
        if (values.Count < 2)
            throw new ArgumentException("a t test needs at least two seeds", nameof(values));
        // Deviations from the first: equal values have an error of exactly 0.
        var shifted = values.Select(value => value - values[0]).ToArray();
        var mean = shifted.Average();
        var squares = shifted.Sum(value => (value - mean) * (value - mean));
        return (mean + values[0], Math.Sqrt(squares / (values.Count - 1) / values.Count));
    }
}
