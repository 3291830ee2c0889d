namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// The interval of a statistic that is no mean, by leaving out one seed and one item at a time (Efron and Stein 1981;
/// two-way: Owen 2007): half² = t²(S − 1) V_seeds + t²(I − 1) V_items, where V is (n − 1)/n Σ (left out − their mean)².
/// </summary>
public static class Jackknife
{
    /// <summary>The rule of one statistic.</summary>
    /// <param name="seeds">S.</param>
    /// <param name="items">I.</param>
    /// <param name="statistic">Its value without a seed and without an item; −1 for none left out.</param>
    /// <returns>Null where the statistic does not exist for some of them, or there is nothing to leave out.</returns>
    public static TermRule? Of(int seeds, int items, Func<int, int, double> statistic)
    {
        var whole = statistic(-1, -1);
        VarianceTerm?[] terms = [Term(seeds, seed => statistic(seed, -1)), Term(items, item => statistic(-1, item))];
        VarianceTerm[] known = [.. terms.OfType<VarianceTerm>()];
        return double.IsFinite(whole) && known.Length > 0 && known.All(term => double.IsFinite(term.Variance))
            ? new TermRule(whole, known)
            : null;
    }

    private static VarianceTerm? Term(int count, Func<int, double> without)
    {
        if (count < 2)
            return null;
        double[] values = [.. Enumerable.Range(0, count).Select(without)];
        var mean = values.Average();
        return new VarianceTerm(
            (count - 1.0) / count * values.Sum(value => (value - mean) * (value - mean)),
            count - 1
        );
    }
}
