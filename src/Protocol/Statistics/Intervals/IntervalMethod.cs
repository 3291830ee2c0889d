namespace Bench.Protocol.Statistics.Intervals;

/// <summary>How intervals were made, as tables name it in interval_method.</summary>
public static class IntervalMethod
{
    /// <summary>Two-term t over seeds and items.</summary>
    public const string TwoTerm = "two-term";

    /// <summary>t over the items of one seed.</summary>
    public const string Items = "items";

    /// <summary>t over seeds, where a score is no mean of items.</summary>
    public const string Seeds = "seeds";

    /// <summary>Added to one of those: its Wilson form at the effective number of trials.</summary>
    public const string Wilson = "wilson";

    /// <summary>Clopper and Pearson, of scores that are all right or all wrong.</summary>
    public const string ClopperPearson = "clopper-pearson";

    /// <summary>Two-way jackknife with the two-term rule.</summary>
    public const string Jackknife = "jackknife";

    /// <summary>Fieller's set of a ratio.</summary>
    public const string Fieller = "fieller";

    /// <summary>Nothing varies, and the scores have no bounds: there is no interval.</summary>
    public const string NoVariance = "no-variance";
}
