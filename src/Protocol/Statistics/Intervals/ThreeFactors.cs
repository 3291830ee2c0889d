namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// The analysis of variance of scores of teachers × seeds × items, fully crossed: the same student seeds under each
/// teacher. Where each teacher has students of its own seeds, average each teacher's students and take <see
/// cref="MeanSquares"/> with teachers for seeds.
/// </summary>
/// <param name="Mean">Of all scores.</param>
/// <param name="Squares">Mean squares by the factors that vary: T, S, I, TS, TI, SI, TSI.</param>
/// <param name="Teachers">T.</param>
/// <param name="Seeds">S.</param>
/// <param name="Items">I.</param>
public sealed record ThreeFactors(
    double Mean,
    IReadOnlyDictionary<string, double> Squares,
    int Teachers,
    int Seeds,
    int Items
)
{
    /// <summary>The mean squares of scores [teacher][seed][item], at least two of each.</summary>
    public static ThreeFactors Of(IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores)
    {
        int[] counts = [scores.Count, scores[0].Count, scores[0][0].Count];
        if (counts.Any(count => count < 2))
            throw new ArgumentException("at least two teachers, two seeds and two items", nameof(scores));
        var (means, squares) = (
            new Dictionary<string, double[]>(StringComparer.Ordinal),
            new Dictionary<string, double>()
        );
        string[] factors = ["", "T", "S", "I", "TS", "TI", "SI", "TSI"];
        foreach (var factor in factors)
            means[factor] = Means(scores, factor, counts);
        foreach (var factor in factors.Skip(1))
        {
            // The part that a factor adds to the factors inside it, by inclusion and exclusion.
            var inside = factors.Where(other => other.All(factor.Contains)).ToArray();
            var sum = 0.0;
            for (var at = 0; at < means[factor].Length; at++)
            {
                var effect = inside.Sum(other =>
                    ((factor.Length - other.Length) % 2 == 0 ? 1 : -1)
                    * means[other][Project(at, factor, other, counts)]
                );
                sum += effect * effect;
            }

            double Count(char f) => counts["TSI".IndexOf(f, StringComparison.Ordinal)];
            var repeats = "TSI".Where(f => !factor.Contains(f)).Aggregate(1.0, (product, f) => product * Count(f));
            squares[factor] = repeats * sum / factor.Aggregate(1.0, (product, f) => product * (Count(f) - 1));
        }

        return new ThreeFactors(
            Mean: means[""][0],
            Squares: squares,
            Teachers: counts[0],
            Seeds: counts[1],
            Items: counts[2]
        );
    }

    /// <summary>
    /// The three-term rule: half² = [t²(T − 1) MS_T + t²(S − 1) MS_S + t²(I − 1) max(MS_I − MS_TI − MS_SI + MS_TSI, 0)]
    /// / (T S I), and at least t²(I − 1) MS_I / (T S I).
    /// </summary>
    public TermRule Rule
    {
        get
        {
            var cells = (double)Teachers * Seeds * Items;
            var ofItems = Math.Max(Squares["I"] - Squares["TI"] - Squares["SI"] + Squares["TSI"], 0);
            return new TermRule(
                Mean,
                [
                    new VarianceTerm(Squares["T"] / cells, Teachers - 1),
                    new VarianceTerm(Squares["S"] / cells, Seeds - 1),
                    new VarianceTerm(ofItems / cells, Items - 1),
                ],
                new VarianceTerm(Squares["I"] / cells, Items - 1)
            );
        }
    }

    // Means over the factors that are not named, in the order of those that are, the last fastest.
    private static double[] Means(
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores,
        string factor,
        int[] counts
    )
    {
        var sums = new double[
            factor.Aggregate(1, (size, f) => size * counts["TSI".IndexOf(f, StringComparison.Ordinal)])
        ];
        for (var at = 0; at < counts[0] * counts[1] * counts[2]; at++)
        {
            var (t, s, i) = (at / (counts[1] * counts[2]), at / counts[2] % counts[1], at % counts[2]);
            sums[Project(at, "TSI", factor, counts)] += scores[t][s][i];
        }

        var each = counts[0] * counts[1] * counts[2] / sums.Length;
        return [.. sums.Select(sum => sum / each)];
    }

    // The index among the means of fewer factors of an index among those of more.
    private static int Project(int at, string from, string to, int[] counts)
    {
        var (index, size) = (0, 1);
        foreach (var f in from.Reverse())
        {
            var count = counts["TSI".IndexOf(f, StringComparison.Ordinal)];
            if (to.Contains(f))
            {
                index += at % count * size;
                size *= count;
            }

            at /= count;
        }

        return index;
    }
}
