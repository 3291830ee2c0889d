namespace Bench.Protocol.Statistics.Scoring;

/// <summary>Moments of scores.</summary>
public static class Scores
{
    /// <summary>The arithmetic mean.</summary>
    /// <exception cref="ArgumentException">There are no scores.</exception>
    public static double Mean(IReadOnlyCollection<double> scores) =>
        scores.Count > 0
            ? scores.Sum() / scores.Count
            : throw new ArgumentException("the mean of no scores is undefined", nameof(scores));

    /// <summary>
    /// The standard error of the mean: sample standard deviation (divisor n − 1) over √n. For scores of 0 and 1 this is
    /// √(p(1 − p)/(n − 1)), which lm-evaluation-harness reports.
    /// </summary>
    /// <exception cref="ArgumentException">There are fewer than two scores.</exception>
    public static double StandardError(IReadOnlyCollection<double> scores)
    {
        if (scores.Count < 2)
            throw new ArgumentException("the standard error of fewer than two scores is undefined", nameof(scores));
        var mean = Mean(scores);
        return Math.Sqrt(scores.Sum(score => (score - mean) * (score - mean)) / (scores.Count - 1) / scores.Count);
    }
}
