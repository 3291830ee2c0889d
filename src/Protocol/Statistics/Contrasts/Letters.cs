namespace Bench.Protocol.Statistics.Contrasts;

/// <summary>
/// Letters: two arms share one exactly where they do not differ (Piepho 2004, Journal of Computational and Graphical
/// Statistics 13). Each letter is a largest set of arms of which no two differ.
/// </summary>
public static class Letters
{
    /// <summary>The letters of each arm.</summary>
    /// <param name="count">Of arms.</param>
    /// <param name="differ">Whether arms i &lt; j differ, at [i, j].</param>
    public static IReadOnlyList<string> Of(int count, bool[,] differ)
    {
        var sets = Sets(count, differ);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(arm => string.Concat(sets.Select((set, letter) => set.Contains(arm) ? Letter(letter) : ""))),
        ];
    }

    /// <summary>The sets behind the letters, by their first arm, then by their last.</summary>
    public static IReadOnlyList<IReadOnlyList<int>> Sets(int count, bool[,] differ)
    {
        bool Alike(int i, int j) => !differ[Math.Min(i, j), Math.Max(i, j)];
        var cliques = new List<int[]>();
        void Grow(int[] clique, int[] candidates, int[] excluded)
        {
            if (candidates.Length == 0 && excluded.Length == 0)
                cliques.Add([.. clique.Order()]);
            // Arms alike to a pivot need no branch of their own (Bron and Kerbosch 1973; Tomita et al. 2006).
            var pivot = candidates
                .Concat(excluded)
                .DefaultIfEmpty(-1)
                .MaxBy(arm => arm < 0 ? 0 : candidates.Count(other => other != arm && Alike(arm, other)));
            foreach (var next in candidates.Where(arm => arm == pivot || !Alike(pivot, arm)).ToArray())
            {
                Grow(
                    [.. clique, next],
                    [.. candidates.Where(other => other != next && Alike(next, other))],
                    [.. excluded.Where(other => Alike(next, other))]
                );
                (candidates, excluded) = ([.. candidates.Where(other => other != next)], [.. excluded, next]);
            }
        }

        Grow([], [.. Enumerable.Range(0, count)], []);
        return [.. cliques.OrderBy(clique => clique[0]).ThenBy(clique => clique[^1])];
    }

    private static string Letter(int index) =>
        index < 26 ? ((char)('a' + index)).ToString()
        : index < 52 ? ((char)('A' + index - 26)).ToString()
        : $"({index - 51})";
}
