namespace Bench.Protocol.Statistics.Scoring;

/// <summary>Measures of several answers to one problem.</summary>
public static class SampledAnswers
{
    /// <summary>pass@k: the chance that at least one of k answers drawn without replacement from n is correct, 1 − C(n
    /// − c, k) / C(n, k) (Chen et al. 2021, equation 1), which is unbiased.</summary>
    /// <param name="n">Answers.</param>
    /// <param name="correct">Those that are correct.</param>
    /// <param name="k">1 to n.</param>
    public static double PassAt(int n, int correct, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, n);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(correct, n);
        if (n - correct < k)
            return 1;
        var none = 1.0;
        for (var i = n - correct + 1; i <= n; i++)
            none *= 1.0 - (double)k / i;
        return 1 - none;
    }

    /// <summary>
    /// majority@k: the grade of the answer that was given most often, of ties the one given first (Wang et al. 2023,
    /// self-consistency).
    /// </summary>
    /// <param name="answers">The final answers; an empty one abstains.</param>
    /// <param name="grades">Their grades.</param>
    /// <exception cref="ArgumentException">There are no answers.</exception>
    public static double Majority(IReadOnlyList<string> answers, IReadOnlyList<double> grades)
    {
        if (answers.Count == 0 || answers.Count != grades.Count)
            throw new ArgumentException("as many answers as grades, and at least one", nameof(answers));
        var winner = Enumerable
            .Range(0, answers.Count)
            .Where(i => answers[i].Length > 0)
            .GroupBy(i => answers[i])
            .OrderByDescending(group => group.Count())
            .FirstOrDefault();
        return winner is null ? 0 : grades[winner.First()];
    }
}
