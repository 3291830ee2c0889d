using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Bench.Protocol.Statistics.Distributions;

/// <summary>
/// The range of k standard normal numbers over an independent estimate of their standard deviation: Tukey's
/// distribution. No rule of Bench takes it (it needs one variance for all arms); it serves to compare with results that
/// were made by it.
/// </summary>
public static class StudentizedRange
{
    private const int Points = 160;

    /// <summary>P(Q ≤ q), to 1e-9.</summary>
    /// <param name="q">At least 0.</param>
    /// <param name="groups">k, at least 2.</param>
    /// <param name="df">Degrees of freedom of the standard deviation.</param>
    public static double Lower(double q, int groups, double df)
    {
        var (sum, mass) = (0.0, 0.0);
        // u = ln(s), where s² is a chi-square over its degrees of freedom; six standard deviations on either side, and
        // more where few degrees of freedom make it skewed.
        var reach = 8 / Math.Sqrt(df) + 20 / df;
        for (var i = 0; i <= Points; i++)
        {
            var u = -reach + (reach + Math.Min(reach, 8 / Math.Sqrt(df))) * i / Points;
            var density = Math.Exp(df * (u - (Math.Exp(2 * u) - 1) / 2));
            mass += density;
            sum += density * Range(q * Math.Exp(u), groups);
        }

        return sum / mass;
    }

    /// <summary>The q below which Q lies with probability p.</summary>
    public static double Quantile(double p, int groups, double df) =>
        FindRoots.OfFunction(q => Lower(q, groups, df) - p, 1e-6, 2000, 1e-10);

    // P(range of k standard normals ≤ w) = k ∫ φ(z) (Φ(z) − Φ(z − w))^(k−1) dz, z the largest (Tukey 1953).
    private static double Range(double w, int groups)
    {
        const double reach = 8.5;
        var sum = 0.0;
        for (var i = 0; i <= Points; i++)
        {
            var z = -reach + 2 * reach * i / Points;
            sum += Normal.PDF(0, 1, z) * Math.Pow(Normal.CDF(0, 1, z) - Normal.CDF(0, 1, z - w), groups - 1);
        }

        return Math.Min(1, groups * sum * 2 * reach / Points);
    }
}
