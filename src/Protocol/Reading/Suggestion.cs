namespace Bench.Protocol.Reading;

/// <summary>Guesses what a misspelt word was meant to be.</summary>
public static class Suggestion
{
    /// <summary>"did you mean 'x'?" for a near miss, else the list of what is allowed.</summary>
    public static string For(string word, IReadOnlyCollection<string> allowed)
    {
        if (allowed.Count == 0)
            return "nothing may stand here";
        var nearest = allowed
            .Select(candidate => (candidate, distance: Distance(word, candidate)))
            .MinBy(pair => pair.distance);
        return nearest.candidate is not null && nearest.distance <= Math.Max(1, word.Length / 3)
            ? $"did you mean '{nearest.candidate}'?"
            : $"known are {string.Join(", ", allowed)}";
    }

    /// <summary>
    /// The least number of insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    /// </summary>
    internal static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
