using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Claims;

/// <summary>
/// A gap between published scores of three models on one benchmark, with binomial intervals. Which items each model
/// solved is not published: the unpaired interval takes the models to be independent, the paired one takes the better
/// to solve all that the worse does, which is the narrowest that any pairing allows.
/// </summary>
/// <param name="Gap">Teacher less the student before, as a share of items.</param>
/// <param name="Unpaired">Its 95% interval.</param>
/// <param name="Paired">Its 95% interval at the best pairing.</param>
/// <param name="Recovered">(after − before) / (teacher − before), with Fieller's set, unpaired.</param>
public sealed record PublishedGap(
    double Gap,
    (double Low, double High) Unpaired,
    (double Low, double High) Paired,
    FiellerSet Recovered
)
{
    // The 97.5% quantile of the normal distribution.
    private const double Z = 1.959963984540054;

    /// <summary>Whether the unpaired interval holds 0, so that no share of the gap can be stated.</summary>
    public bool MayBeNothing => Unpaired.Low <= 0 && Unpaired.High >= 0;

    /// <summary>From shares of items solved.</summary>
    /// <param name="teacher">The teacher's.</param>
    /// <param name="before">The student's before.</param>
    /// <param name="after">The student's after.</param>
    /// <param name="items">The benchmark's.</param>
    public static PublishedGap Of(double teacher, double before, double after, int items)
    {
        double Variance(double share) => share * (1 - share) / items;
        var gap = teacher - before;
        (double, double) Around(double variance) =>
            (Math.Max(-1, gap - Z * Math.Sqrt(variance)), Math.Min(1, gap + Z * Math.Sqrt(variance)));
        return new PublishedGap(
            Gap: gap,
            Unpaired: Around(Variance(teacher) + Variance(before)),
            // Of items that the two solve differently there are then no more than the gap itself.
            Paired: Around((Math.Abs(gap) - gap * gap) / items),
            Recovered: FiellerSet.Of(
                (after - before, Variance(after) + Variance(before)),
                (gap, Variance(teacher) + Variance(before)),
                Variance(before),
                Z
            )
        );
    }

    /// <summary>
    /// The share of items that a score says were solved; null for another metric, such as a perplexity.
    /// </summary>
    /// <param name="score">As printed.</param>
    /// <param name="metric">Its name: accuracy_percent, or test_errors_lower_better.</param>
    /// <param name="items">The benchmark's.</param>
    public static double? Share(double score, string metric, int items) =>
        metric switch
        {
            "accuracy_percent" => score / 100,
            "test_errors_lower_better" => 1 - score / items,
            _ => null,
        };
}
