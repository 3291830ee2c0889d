using MathNet.Numerics;

namespace Bench.Protocol.Statistics.Distributions;

/// <summary>The chi-square distribution.</summary>
public static class ChiSquare
{
    /// <summary>P(X ≤ x).</summary>
    /// <param name="x">At least 0.</param>
    /// <param name="df">Degrees of freedom, more than 0.</param>
    public static double Lower(double x, double df) => SpecialFunctions.GammaLowerRegularized(df / 2, x / 2);

    /// <summary>P(X &gt; x).</summary>
    public static double Upper(double x, double df) => SpecialFunctions.GammaUpperRegularized(df / 2, x / 2);

    /// <summary>
    /// The x below which X lies with probability p, by Newton's method on the logarithms of x and of the smaller tail,
    /// where the curve is concave. MathNet's inverse finds no root for tails of 1e-6.
    /// </summary>
    public static double Quantile(double p, double df)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(p, 1);
        var lower = p <= 0.5;
        var target = Math.Log(lower ? p : 1 - p);
        var at = Math.Log(df);
        for (var step = 0; step < 200; step++)
        {
            var x = Math.Exp(at);
            var tail = lower ? Lower(x, df) : Upper(x, df);
            // Far left the tail is below the least number: its logarithm is that of the density's first term.
            var density = df / 2 * Math.Log(x / 2) - x / 2 - SpecialFunctions.GammaLn(df / 2);
            var log = tail > 0 ? Math.Log(tail) : density - Math.Log(lower ? df / 2 : x / 2);
            var move = (target - log) / Math.Exp(density - log) * (lower ? 1 : -1);
            at += Math.Clamp(move, -50, 2);
            if (Math.Abs(move) <= 1e-15 * Math.Max(1, Math.Abs(at)))
                break;
        }

        return Math.Exp(at);
    }
}
