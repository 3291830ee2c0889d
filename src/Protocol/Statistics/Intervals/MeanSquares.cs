namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// The analysis of variance of crossed scores, one for each seed and item (Scheffé 1959, chapter 4). Of groups of
/// items, groups take the place of items.
/// </summary>
/// <param name="Mean">Of all scores.</param>
/// <param name="Seeds">A: mean square of seeds, S − 1 degrees of freedom; 0 of one seed.</param>
/// <param name="Items">B: mean square of items, I − 1 degrees of freedom; 0 of one item.</param>
/// <param name="Residual">R: mean square of what remains, (S − 1)(I − 1) degrees of freedom.</param>
public sealed record MeanSquares(double Mean, double Seeds, double Items, double Residual)
{
    /// <summary>S.</summary>
    public required int SeedCount { get; init; }

    /// <summary>I, or G, the number of groups.</summary>
    public required int ItemCount { get; init; }

    /// <summary>The number of scores.</summary>
    public required int Cells { get; init; }

    /// <summary>The mean squares of scores [seed][item].</summary>
    /// <exception cref="ArgumentException">There are none, or seeds have different numbers of them.</exception>
    public static MeanSquares Of(IReadOnlyList<IReadOnlyList<double>> scores) => Of(scores, null);

    /// <summary>The mean squares of scores [seed][item] whose items stand in groups.</summary>
    /// <param name="scores">[seed][item].</param>
    /// <param name="groups">The group of each item, numbered from 0; null for items that stand alone.</param>
    /// <exception cref="ArgumentException">There are none, or seeds have different numbers of them.</exception>
    public static MeanSquares Of(IReadOnlyList<IReadOnlyList<double>> scores, IReadOnlyList<int>? groups)
    {
        var (seeds, items) = (scores.Count, scores.Count == 0 ? 0 : scores[0].Count);
        if (items == 0 || scores.Any(row => row.Count != items) || (groups is not null && groups.Count != items))
            throw new ArgumentException("every seed needs scores of the same items, and at least one", nameof(scores));
        // Deviations from the first score: equal scores have mean squares of exactly 0.
        var origin = scores[0][0];
        // Counts are divided once, after they are summed: 80 of 100 is 0.8 to the bit.
        double[] ofSeeds = [.. scores.Select(row => row.Sum(score => score - origin) / items)];
        double[] ofItems = [.. Enumerable.Range(0, items).Select(i => scores.Sum(row => row[i] - origin) / seeds)];
        var mean = scores.Sum(row => row.Sum(score => score - origin)) / (seeds * (double)items);
        var bySeed = ofSeeds.Sum(seed => (seed - mean) * (seed - mean));
        var count = groups?.Max() + 1 ?? items;
        double OverGroups(Func<int, double> deviation)
        {
            var sums = new double[count];
            for (var i = 0; i < items; i++)
                sums[groups?[i] ?? i] += deviation(i);
            return sums.Sum(sum => sum * sum);
        }

        var byItem = OverGroups(i => ofItems[i] - mean);
        var rest = Enumerable
            .Range(0, seeds)
            .Sum(s => OverGroups(i => scores[s][i] - origin - ofSeeds[s] - ofItems[i] + mean));
        var scale = (double)count / items;
        return new MeanSquares(
            Mean: mean + origin,
            Seeds: seeds > 1 ? items * bySeed / (seeds - 1) : 0,
            Items: count > 1 ? scale * seeds * byItem / (count - 1) : 0,
            Residual: seeds > 1 && count > 1 ? scale * rest / ((seeds - 1) * (count - 1)) : 0
        )
        {
            SeedCount = seeds,
            ItemCount = count,
            Cells = seeds * items,
        };
    }

    /// <summary>
    /// The two-term rule: half² = [t²(S − 1) A + t²(I − 1) max(B − R, 0)] / (S I), and at least t²(I − 1) B / (S I). Of
    /// one seed, t over items alone; of one item, t over seeds alone.
    /// </summary>
    public TermRule Rule
    {
        get
        {
            VarianceTerm? Term(double square, int count) =>
                count > 1 ? new VarianceTerm(square / Cells, count - 1) : null;
            return new TermRule(
                Mean,
                [
                    .. new[]
                    {
                        Term(Seeds, SeedCount),
                        Term(SeedCount > 1 ? Math.Max(Items - Residual, 0) : Items, ItemCount),
                    }.OfType<VarianceTerm>(),
                ],
                Term(Items, ItemCount)
            );
        }
    }
}
