using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Ledger;

/// <summary>Runs that differ in nothing but their seed, with the scores of one metric, [seed][item].</summary>
/// <param name="Runs">In the order of their seeds, at least one.</param>
/// <param name="Scores">Of the same items for each.</param>
public sealed record ScoredArm(IReadOnlyList<RunRow> Runs, IReadOnlyList<IReadOnlyList<double>> Scores)
{
    /// <summary>The first run, for what all of them share.</summary>
    public RunRow First => Runs[0];

    /// <summary>The mean score of each seed.</summary>
    public IReadOnlyList<double> SeedMeans => [.. Scores.Select(row => row.Average())];

    /// <summary>The number of items.</summary>
    public int Items => Scores[0].Count;

    /// <summary>The arms that one metric of one task scores; arms that lack a score are left out.</summary>
    public static IReadOnlyList<ScoredArm> Of(
        IEnumerable<RunRow> runs,
        ScoreTable scores,
        string task,
        string metric
    ) =>
        [
            .. Summary
                .Arms(runs)
                .Select(arm => (Runs: arm, Scores: arm.Select(run => scores.Find(run.Run, task, metric)).ToArray()))
                .Where(arm => arm.Scores.All(row => row is not null && row.Count == arm.Scores[0]?.Count))
                .Select(arm => new ScoredArm(arm.Runs, arm.Scores!)),
        ];

    /// <summary>
    /// The scores of the seeds that both arms have; null where they share none, or have other numbers of items.
    /// </summary>
    public (ScoredArm This, ScoredArm Other)? Paired(ScoredArm other)
    {
        if (Items != other.Items)
            return null;
        var seeds = Runs.Select(run => run.Seed).Intersect(other.Runs.Select(run => run.Seed)).ToArray();
        return seeds.Length == 0 ? null : (Of(seeds), other.Of(seeds));
    }

    private ScoredArm Of(long?[] seeds)
    {
        int[] at = [.. seeds.Select(seed => Runs.ToList().FindIndex(run => run.Seed == seed))];
        return new ScoredArm([.. at.Select(i => Runs[i])], [.. at.Select(i => Scores[i])]);
    }

    /// <summary>The analysis of the paired difference from another arm of the same seeds.</summary>
    public MeanSquares Less(ScoredArm other) => MeanSquares.Of(MeanInterval.Difference(Scores, other.Scores));
}
