namespace Bench.Protocol.Statistics.Curves;

/// <summary>
/// A curve over budgets that stands at each budget for the best one up to there: who overfits would have stopped
/// before. The budget is chosen for each seed and half of the items by the other seeds and the other half, so that no
/// score takes part in its own choice.
/// </summary>
public static class BestSoFar
{
    private const int Halves = 2;

    /// <summary>The scores [point][seed][item] of the chosen budgets; more is better.</summary>
    /// <param name="scores">Of each point in the order of rising cost, [seed][item].</param>
    public static IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> Of(
        IReadOnlyList<IReadOnlyList<IReadOnlyList<double>>> scores
    )
    {
        var (seeds, items) = (scores[0].Count, scores[0][0].Count);
        if (items < Halves)
            return scores;
        double[][][] sums = [.. scores.Select(point => point.Select(OfHalves).ToArray())];
        double Seen(int point, int seed, int half) =>
            sums[point].Where((_, other) => other != seed || seeds == 1).Sum(of => of[1 - half]);
        int Best(int point, int seed, int half) =>
            Enumerable
                .Range(0, point + 1)
                .Aggregate((best, at) => Seen(at, seed, half) >= Seen(best, seed, half) ? at : best);
        IReadOnlyList<double> Chosen(int point, int seed)
        {
            int[] best = [.. Enumerable.Range(0, Halves).Select(half => Best(point, seed, half))];
            return [.. Enumerable.Range(0, items).Select(i => scores[best[i % Halves]][seed][i])];
        }

        return
        [
            .. scores.Select(
                (_, point) =>
                    (IReadOnlyList<IReadOnlyList<double>>)
                        [.. Enumerable.Range(0, seeds).Select(seed => Chosen(point, seed))]
            ),
        ];
    }

    private static double[] OfHalves(IReadOnlyList<double> row) =>
        [.. Enumerable.Range(0, Halves).Select(half => row.Where((_, i) => i % Halves == half).Sum())];
}
