namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>The meaning of many tests together.</summary>
public static class AdjustedP
{
    /// <summary>
    /// Holm's step-down adjustment (Scandinavian Journal of Statistics 6, 1979): to reject where the adjusted p is at
    /// most α errs in any test with probability at most α.
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

    /// <summary>
    /// Benjamini and Hochberg's step-up adjustment (Journal of the Royal Statistical Society B 57, 1995): of the tests
    /// that are rejected where it is at most α, a share of at most α errs on average. For screens of many runs; Bench's
    /// own contrasts take Holm's.
    /// </summary>
    /// <returns>Adjusted values in the order given.</returns>
    public static IReadOnlyList<double> BenjaminiHochberg(IReadOnlyList<double> p)
    {
        var adjusted = new double[p.Count];
        var (running, rank) = (1.0, p.Count);
        foreach (var i in Enumerable.Range(0, p.Count).OrderByDescending(i => p[i]))
            adjusted[i] = running = Math.Min(running, p[i] * p.Count / rank--);
        return adjusted;
    }
}
