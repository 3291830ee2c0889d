namespace Bench.Protocol.Claims;

/// <summary>(after − before) / (teacher − before) on one benchmark.</summary>
/// <param name="Part">The claim's name for it.</param>
/// <param name="Benchmark">The benchmark.</param>
/// <param name="Metric">The metric, with its unit.</param>
/// <param name="Value">The share as the scores give it; 1 is the teacher's score.</param>
/// <param name="UsdPerPoint">Dollars for each point that the score moved; null without a cost.</param>
public sealed record GapRecovered(string Part, string Benchmark, string Metric, double Value, double? UsdPerPoint)
{
    /// <summary>The number of the benchmark's items; null where it is not known.</summary>
    public int? Items { get; init; }

    /// <summary>
    /// The gap with its intervals; null where the items are not known, or the metric is no share of them.
    /// </summary>
    public PublishedGap? Published { get; init; }

    /// <summary>
    /// The share that may be stated: none where the gap's interval holds 0. Without an interval it is the value alone.
    /// </summary>
    public double? Recovered => Published is { MayBeNothing: true } ? null : Value;

    /// <summary>The gap of a row; null where a score is missing, or the student began as good as its teacher.</summary>
    /// <param name="row">The row, with its three scores.</param>
    /// <param name="cost">The run's dollars, for a row that states none.</param>
    internal static GapRecovered? Of(Claim row, double? cost)
    {
        if (row is not { TeacherScore: { } teacher, Before: { } before, After: { } after } || teacher == before)
            return null;
        PublishedGap? published = null;
        if (
            row.Items is { } items
            && PublishedGap.Share(teacher, row.Metric, items) is { } best
            && PublishedGap.Share(before, row.Metric, items) is { } worst
            && PublishedGap.Share(after, row.Metric, items) is { } reached
        )
            published = PublishedGap.Of(best, worst, reached, items);
        return new GapRecovered(
            Part: row.Part,
            Benchmark: row.Benchmark,
            Metric: row.Metric,
            Value: (after - before) / (teacher - before),
            UsdPerPoint: (row.Cost ?? cost) is { } dollars && after != before
                ? dollars / Math.Abs(after - before)
                : null
        )
        {
            Items = row.Items,
            Published = published,
        };
    }
}
