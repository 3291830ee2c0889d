using System.Collections.Concurrent;

namespace Bench.Protocol.Statistics.Distributions;

/// <summary>Student's t distribution.</summary>
public static class StudentT
{
    private static readonly ConcurrentDictionary<(double, double), double> Known = new();

    /// <summary>P(|T| &gt; |x|).</summary>
    /// <param name="x">Where.</param>
    /// <param name="df">Degrees of freedom, more than 0; they need not be whole.</param>
    public static double TwoSided(double x, double df) =>
        x == 0 ? 1 : Math.Exp(IncompleteBeta.LogTails(df / 2, 0.5, Math.Log(df) - 2 * Math.Log(Math.Abs(x))).Lower);

    /// <summary>P(T &gt; x).</summary>
    public static double Upper(double x, double df)
    {
        if (x == 0)
            return 0.5;
        var (outside, inside) = IncompleteBeta.LogTails(df / 2, 0.5, Math.Log(df) - 2 * Math.Log(Math.Abs(x)));
        return x > 0 ? Math.Exp(outside) / 2 : 0.5 + Math.Exp(inside) / 2;
    }

    /// <summary>The t that |T| exceeds with a probability.</summary>
    /// <param name="level">Of both tails together: 0.05 gives the 97.5% quantile.</param>
    /// <param name="df">Degrees of freedom, more than 0.</param>
    public static double Critical(double level, double df)
    {
        if (level >= 1)
            return 0;
        // t² = ν (1 − x) / x, where x has the beta distribution of ν/2 and ½ (Abramowitz and Stegun 1964, 26.7.1).
        double Compute() => Math.Exp((Math.Log(df) - IncompleteBeta.Quantile(df / 2, 0.5, level)) / 2);
        return level == 0.05 ? Known.GetOrAdd((level, df), _ => Compute()) : Compute();
    }

    /// <summary>The t below which T lies with probability p.</summary>
    public static double Quantile(double p, double df) =>
        p == 0.5 ? 0
        // Near the middle, the chance to lie between 0 and t has the more digits.
        : Math.Abs(p - 0.5) < 0.25
            ? Math.Sign(p - 0.5)
                * Math.Exp((Math.Log(df) + IncompleteBeta.Quantile(0.5, df / 2, Math.Abs(2 * p - 1))) / 2)
        : p > 0.5 ? Critical(2 * (1 - p), df)
        : -Critical(2 * p, df);
}
