using Bench.Protocol.Seeds;
using MathNet.Numerics.Distributions;

namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>Tests of whether two methods differ on the same items, and what many such tests mean together.</summary>
public static class PairedTests
{
    /// <summary>Sign flips that are drawn where there are too many to count.</summary>
    public const int Flips = 20_000;

    private const int Countable = 16;

    /// <summary>
    /// The two-sided permutation test of paired scores: were the methods alike, each item's difference would as likely
    /// have the other sign (Fisher 1935, section 21; p of drawn flips with the observed one counted: Phipson and Smyth
    /// 2010). Items are the unit: models are taken as they were trained.
    /// </summary>
    /// <param name="a">One method's score of each item, over its seeds in the mean.</param>
    /// <param name="b">The other's, of the same items.</param>
    /// <exception cref="ArgumentException">They are not scores of the same items.</exception>
    public static double Permutation(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count || a.Count == 0)
            throw new ArgumentException("paired scores are as many of each, and at least one", nameof(b));
        var differences = a.Zip(b, (x, y) => x - y).Where(difference => difference != 0).ToArray();
        if (differences.Length == 0)
            return 1;
        // Rounding must not make a sum that equals the observed one look smaller.
        var observed = Math.Abs(differences.Sum()) - 1e-9;
        if (differences.Length <= Countable)
        {
            var all = 1 << differences.Length;
            var extreme = Enumerable
                .Range(0, all)
                .Count(signs =>
                    Math.Abs(differences.Select((d, i) => (signs >> i & 1) == 0 ? d : -d).Sum()) >= observed
                );
            return (double)extreme / all;
        }

        var random = new Seed(20_240_607).Stream("permutation");
        var beyond = 0;
        for (var flip = 0; flip < Flips; flip++)
        {
            var (sum, bits) = (0.0, 0UL);
            for (var i = 0; i < differences.Length; i++)
            {
                if (i % 64 == 0)
                    bits = random.NextBits();
                sum += (bits >> (i % 64) & 1) == 0 ? differences[i] : -differences[i];
            }

            if (Math.Abs(sum) >= observed)
                beyond++;
        }

        return (beyond + 1.0) / (Flips + 1.0);
    }

    /// <summary>
    /// McNemar's exact two-sided test of graded answers: of the items that only one method got right, half should be
    /// either's (McNemar 1947; exact binomial form).
    /// </summary>
    /// <param name="a">1 for right and 0 for wrong.</param>
    /// <param name="b">The other's, of the same items.</param>
    /// <exception cref="ArgumentException">They are not grades of the same items.</exception>
    public static double McNemar(IReadOnlyList<double> a, IReadOnlyList<double> b)
    {
        if (a.Count != b.Count || a.Count == 0)
            throw new ArgumentException("paired grades are as many of each, and at least one", nameof(b));
        if (a.Concat(b).Any(grade => grade is not (0 or 1)))
            throw new ArgumentException("McNemar's test is of grades 0 and 1", nameof(a));
        var (onlyA, onlyB) = (0, 0);
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i] > b[i])
                onlyA++;
            if (b[i] > a[i])
                onlyB++;
        }

        return onlyA + onlyB == 0 ? 1 : Math.Min(1, 2 * Binomial.CDF(0.5, onlyA + onlyB, Math.Min(onlyA, onlyB)));
    }

    /// <summary>
    /// Holm's step-down adjustment (Holm 1979): to reject where the adjusted p is at most α errs in any test with
    /// probability at most α.
    /// </summary>
    /// <returns>Adjusted values in the order given.</returns>
    public static IReadOnlyList<double> Holm(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var (running, rank) = (0.0, 0);
        foreach (var i in Enumerable.Range(0, p.Count).OrderBy(i => p[i]))
            adjusted[i] = running = Math.Max(running, Math.Min(1, (p.Count - rank++) * p[i]));
        return adjusted;
    }
}
