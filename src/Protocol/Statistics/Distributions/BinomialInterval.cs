namespace Bench.Protocol.Statistics.Distributions;

/// <summary>Intervals of a share that was right, from a number of trials.</summary>
public static class BinomialInterval
{
    /// <summary>Wilson's score interval (Wilson 1927, Journal of the American Statistical Association 22).</summary>
    /// <param name="share">Of successes, 0 to 1.</param>
    /// <param name="trials">More than 0; they need not be whole.</param>
    /// <param name="level">Of error.</param>
    public static (double Low, double High) Wilson(double share, double trials, double level = 0.05)
    {
        var z = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - level / 2);
        var shrink = 1 + z * z / trials;
        var middle = (share + z * z / (2 * trials)) / shrink;
        var reach = z / shrink * Math.Sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
        // Of no and of all successes one end is exact; rounding must not move it.
        return (share == 0 ? 0 : middle - reach, share == 1 ? 1 : middle + reach);
    }

    /// <summary>Clopper and Pearson's exact interval (Biometrika 26, 1934).</summary>
    /// <param name="successes">0 to trials.</param>
    /// <param name="trials">At least 1.</param>
    /// <param name="level">Of error.</param>
    public static (double Low, double High) ClopperPearson(double successes, double trials, double level = 0.05) =>
        (
            successes <= 0
                ? 0
                : IncompleteBeta.Share(IncompleteBeta.Quantile(successes, trials - successes + 1, level / 2)),
            successes >= trials
                ? 1
                : IncompleteBeta.Share(
                    IncompleteBeta.Quantile(successes + 1, trials - successes, level / 2, upper: true)
                )
        );
}
