using MathNet.Numerics.Distributions;

namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>
/// McNemar's test of the graded answers of two models: of the items that only one got right, half should be either's
/// (Psychometrika 12, 1947). It is a statement about two models of one seed, not about methods.
/// </summary>
/// <param name="OnlyFirst">Items that only the first got right.</param>
/// <param name="OnlySecond">Items that only the second got right.</param>
public sealed record McNemar(int OnlyFirst, int OnlySecond)
{
    private int Least => Math.Min(OnlyFirst, OnlySecond);

    private int All => OnlyFirst + OnlySecond;

    /// <summary>The two-sided p of the exact binomial.</summary>
    public double Exact => All == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, All, Least));

    /// <summary>The mid-p: half of the observed outcome's chance is left out (Lancaster 1961).</summary>
    public double Mid =>
        OnlyFirst == OnlySecond ? 1 : 2 * Binomial.CDF(0.5, All, Least) - Binomial.PMF(0.5, All, Least);

    /// <summary>Counts graded answers.</summary>
    /// <param name="a">1 for right and 0 for wrong.</param>
    /// <param name="b">The other's, of the same items.</param>
    /// <exception cref="ArgumentException">They are not grades of the same items.</exception>
    public static McNemar Of(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count || a.Count == 0)
            throw new ArgumentException("paired grades are as many of each, and at least one", nameof(b));
        if (a.Concat(b).Any(grade => grade is not (0 or 1)))
            throw new ArgumentException("McNemar's test is of grades 0 and 1", nameof(a));
        return new McNemar(
            a.Zip(b).Count(pair => pair.First > pair.Second),
            a.Zip(b).Count(pair => pair.First < pair.Second)
        );
    }
}
