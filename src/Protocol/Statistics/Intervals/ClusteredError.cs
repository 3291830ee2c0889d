namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// Standard errors of a mean of items that stand in groups: several questions on one text (Miller 2024, arXiv
/// 2411.00640; Liang and Zeger 1986). Of several seeds, <see cref="MeanSquares"/> takes groups for items.
/// </summary>
/// <param name="Mean">Of all items.</param>
/// <param name="Independent">The error if items stood alone: √(Σd² / (n − 1) / n).</param>
/// <param name="Clustered">√(Σ_g (Σ_g d)²) / n.</param>
/// <param name="Groups">G.</param>
/// <param name="EffectiveGroups">n² / Σ n_g²: far below G, few groups decide, and G − 1 is too many.</param>
public sealed record ClusteredError(
    double Mean,
    double Independent,
    double Clustered,
    int Groups,
    double EffectiveGroups
)
{
    /// <summary>The clustered error enlarged by √(G / (G − 1)), as intervals take it, with G − 1.</summary>
    public double Corrected => Clustered * Math.Sqrt((double)Groups / (Groups - 1));

    /// <summary>
    /// Miller's variance: that of items that stand alone, and the products of items of one group. It may be negative.
    /// </summary>
    public double Miller { get; private init; }

    /// <summary>The t interval with G − 1 degrees of freedom.</summary>
    public TermRule Rule => new(Mean, [new VarianceTerm(Corrected * Corrected, Groups - 1)]);

    /// <param name="scores">Of each item.</param>
    /// <param name="groups">The group of each, numbered from 0, at least two.</param>
    public static ClusteredError Of(IReadOnlyList<double> scores, IReadOnlyList<int> groups)
    {
        var (n, mean) = ((double)scores.Count, scores.Average());
        var members = Enumerable.Range(0, scores.Count).GroupBy(i => groups[i]).ToArray();
        if (members.Length < 2)
            throw new ArgumentException("at least two groups", nameof(groups));
        double Deviation(int i) => scores[i] - mean;
        var squares = Enumerable.Range(0, scores.Count).Sum(i => Deviation(i) * Deviation(i));
        var clustered = members.Sum(group => Math.Pow(group.Sum(Deviation), 2));
        var independent = squares / (n - 1) / n;
        return new ClusteredError(
            Mean: mean,
            Independent: Math.Sqrt(independent),
            Clustered: Math.Sqrt(clustered) / n,
            Groups: members.Length,
            EffectiveGroups: n * n / members.Sum(group => Math.Pow(group.Count(), 2))
        )
        {
            Miller = independent + (clustered - squares) / (n * n),
        };
    }
}
