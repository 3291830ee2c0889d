using MathNet.Numerics;

namespace Bench.Protocol.Statistics.Distributions;

/// <summary>
/// The regularised incomplete beta function I_x(a, b) and its inverse, from which the tails of Student's t, the
/// binomial and F follow. MathNet's function takes x alone: where x is nearly 1, its upper tail loses all digits (t
/// with 10,000 degrees of freedom at 30 is wrong in the fifth), and its inverses find no root for tails of 1e-6. Here a
/// point is its log odds, so both x and 1 − x keep their digits.
/// </summary>
public static class IncompleteBeta
{
    private const int Terms = 100_000;

    /// <summary>Logarithms of both tails.</summary>
    /// <param name="a">More than 0.</param>
    /// <param name="b">More than 0.</param>
    /// <param name="logOdds">ln(x / (1 − x)).</param>
    /// <returns>ln I_x(a, b) and ln(1 − I_x(a, b)).</returns>
    public static (double Lower, double Upper) LogTails(double a, double b, double logOdds)
    {
        // The continued fraction converges fast left of the mean; right of it the other tail does.
        if (logOdds > Math.Log((a + 1) / (b + 1)))
        {
            var (upper, lower) = LogTails(b, a, -logOdds);
            return (lower, upper);
        }

        var tail = Math.Min(0, LogDensity(a, b, logOdds) - Math.Log(a) + Math.Log(Fraction(a, b, Share(logOdds))));
        return (tail, LogOfRest(tail));
    }

    /// <summary>The log odds of the x at which I_x(a, b) is p.</summary>
    /// <param name="a">More than 0.</param>
    /// <param name="b">More than 0.</param>
    /// <param name="p">Between 0 and 1.</param>
    /// <param name="upper">Whether p is that of the upper tail, 1 − I_x(a, b).</param>
    public static double Quantile(double a, double b, double p, bool upper = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(p, 1);
        if (upper)
            return -Quantile(b, a, p);
        // The smaller tail decides. The logarithm of a tail is concave in the log odds, so Newton's steps never pass
        // the root a second time: from the second on they come from one side.
        if (p > 0.5)
            return -Quantile(b, a, 1 - p);
        var (at, target) = (Math.Log(a / b), Math.Log(p));
        for (var step = 0; step < 200; step++)
        {
            var (log, _) = LogTails(a, b, at);
            var move = (target - log) / Math.Exp(LogDensity(a, b, at) - log);
            at += move;
            if (Math.Abs(move) <= 1e-15 * Math.Max(1, Math.Abs(at)))
                break;
        }

        return at;
    }

    /// <summary>x of log odds.</summary>
    internal static double Share(double logOdds) =>
        logOdds < 0 ? Math.Exp(logOdds) / (1 + Math.Exp(logOdds)) : 1 / (1 + Math.Exp(-logOdds));

    /// <summary>ln(1 − e^log), of a logarithm of at most 0.</summary>
    internal static double LogOfRest(double log) =>
        log > -0.6931471805599453 ? Math.Log(-Expm1(log)) : Log1p(-Math.Exp(log));

    // ln(x^a (1 − x)^b / B(a, b)): the density of the log odds.
    private static double LogDensity(double a, double b, double logOdds)
    {
        var (x, y) = (
            -Log1p(Math.Exp(-Math.Abs(logOdds))) + Math.Min(logOdds, 0),
            -Log1p(Math.Exp(-Math.Abs(logOdds))) - Math.Max(logOdds, 0)
        );
        return a * x + b * y - LogBeta(a, b);
    }

    /// <summary>ln B(a, b). Of large arguments the large terms of Stirling's series cancel by hand.</summary>
    internal static double LogBeta(double a, double b)
    {
        var (small, large) = (Math.Min(a, b), Math.Max(a, b));
        if (large < 10)
            return SpecialFunctions.GammaLn(a) + SpecialFunctions.GammaLn(b) - SpecialFunctions.GammaLn(a + b);
        var shared = (large - 0.5) * -Log1p(small / large) + Rest(large) - Rest(small + large);
        return small < 10
            ? SpecialFunctions.GammaLn(small) + shared - small * Math.Log(small + large) + small
            : shared
                + (small - 0.5) * -Log1p(large / small)
                - 0.5 * Math.Log(small + large)
                + 0.5 * Math.Log(2 * Math.PI)
                + Rest(small);
    }

    // ln Γ(z) − (z − ½) ln z + z − ½ ln 2π for z of at least 10 (Abramowitz and Stegun 1964, 6.1.41).
    private static double Rest(double z)
    {
        var w = 1 / (z * z);
        return (
                1.0 / 12 - w * (1.0 / 360 - w * (1.0 / 1260 - w * (1.0 / 1680 - w * (1.0 / 1188 - w * 691.0 / 360360))))
            ) / z;
    }

    // Lentz's evaluation of the continued fraction (Abramowitz and Stegun 1964, 26.5.8; Thompson and Barnett 1986).
    private static double Fraction(double a, double b, double x)
    {
        const double tiny = 1e-300;
        static double Safe(double value) => Math.Abs(value) < tiny ? tiny : value;
        var c = 1.0;
        var d = 1 / Safe(1 - (a + b) * x / (a + 1));
        var fraction = d;
        for (var m = 1; m < Terms; m++)
        {
            var even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / Safe(1 + even * d);
            c = Safe(1 + even / c);
            fraction *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / Safe(1 + odd * d);
            c = Safe(1 + odd / c);
            fraction *= d * c;
            if (Math.Abs(d * c - 1) < 1e-16)
                break;
        }

        return fraction;
    }

    // ln(1 + x) and e^x − 1 for small x, with the rounding of 1 + x and of e^x undone (Kahan; in Higham 2002, section
    // 1.14). MathNet's lose seven digits.
    internal static double Log1p(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x
            : double.IsInfinity(sum) ? sum
            : Math.Log(sum) * x / (sum - 1);
    }

    private static double Expm1(double x)
    {
        var power = Math.Exp(x);
        return power == 1 ? x
            : power - 1 == -1 ? -1
            : (power - 1) * x / Math.Log(power);
    }
}
