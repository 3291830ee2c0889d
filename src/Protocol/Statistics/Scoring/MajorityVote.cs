namespace Bench.Protocol.Statistics.Scoring;

/// <summary>
/// majority@k from n sampled answers: the expected share of votes of k answers that the right one wins (Wang et al.
/// 2023, self-consistency), over all draws of k, not over one of them.
/// </summary>
public static class MajorityVote
{
    /// <summary>How ties for the most votes count.</summary>
    public enum Tie
    {
        /// <summary>Each of the tied answers wins with the same chance.</summary>
        EqualChance,

        /// <summary>A tie is no win.</summary>
        Wrong,
    }

    /// <param name="counts">How often each answer was given.</param>
    /// <param name="right">The index of the right one; −1 where nobody gave it.</param>
    /// <param name="k">Votes, 1 to the number of answers; more with replacement.</param>
    /// <param name="tie">How ties count.</param>
    /// <param name="replacement">Whether an answer may be drawn again.</param>
    public static double Of(
        IReadOnlyList<int> counts,
        int right,
        int k,
        Tie tie = Tie.EqualChance,
        bool replacement = false
    )
    {
        if (right < 0)
            return 0;
        var n = counts.Sum();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (!replacement)
            ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        // The logarithm of how many ways an answer gets so many of the votes.
        double LogWays(int count, int votes) =>
            replacement
                ? votes * Math.Log((double)count / n) - LogFactorial(votes)
                : LogFactorial(count) - LogFactorial(votes) - LogFactorial(count - votes);
        var all = replacement ? -LogFactorial(k) : LogFactorial(n) - LogFactorial(k) - LogFactorial(n - k);
        int[] others = [.. counts.Where((count, answer) => answer != right && count > 0)];
        var share = 0.0;
        for (var votes = 1; votes <= (replacement ? k : Math.Min(k, counts[right])); votes++)
        {
            var ways = LogWays(counts[right], votes) - all;
            var rest = Rest(others, votes, k - votes, replacement, LogWays);
            share +=
                rest.Select((chance, ties) => tie == Tie.Wrong && ties > 0 ? 0 : chance / (ties + 1)).Sum()
                * Math.Exp(ways);
        }

        return share;
    }

    // Ways in which the others share what is left, none with more votes than the right one, by how many have as many.
    private static double[] Rest(int[] others, int most, int left, bool replacement, Func<int, int, double> logWays)
    {
        var ways = new double[left + 1, others.Length + 1];
        ways[0, 0] = 1;
        for (var at = 0; at < others.Length; at++)
        {
            var next = new double[left + 1, others.Length + 1];
            for (var taken = 0; taken <= left; taken++)
            for (var ties = 0; ties <= at; ties++)
            {
                if (ways[taken, ties] == 0)
                    continue;
                var limit = Math.Min(most, replacement ? left - taken : Math.Min(left - taken, others[at]));
                for (var votes = 0; votes <= limit; votes++)
                    next[taken + votes, ties + (votes == most ? 1 : 0)] +=
                        ways[taken, ties] * Math.Exp(logWays(others[at], votes));
            }

            ways = next;
        }

        return [.. Enumerable.Range(0, others.Length + 1).Select(ties => ways[left, ties])];
    }

    private static double LogFactorial(int n) => MathNet.Numerics.SpecialFunctions.FactorialLn(n);
}
