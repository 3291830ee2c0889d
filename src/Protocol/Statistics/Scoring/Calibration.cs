namespace Bench.Protocol.Statistics.Scoring;

/// <summary>How well the confidence of answers tells which of them are right.</summary>
public static class Calibration
{
    /// <summary>The name of the expected calibration error in the summary.</summary>
    public const string Metric = "calibration-error";

    private const int EqualWidthBins = 10;
    private const int EqualMassBins = 5;

    /// <summary>
    /// Expected calibration error: how far confidence is from the share that is right, over ten bins of equal width,
    /// weighted by their numbers (Guo et al. 2017, equation 3).
    /// </summary>
    /// <param name="confidences"> From 0 to 1; a bin's edge belongs to the bin above, in decimals: 0.3 is in the
    /// fourth. </param>
    /// <param name="grades">1 for right, 0 for wrong, in the same order.</param>
    /// <exception cref="ArgumentException">There are none, or not as many of each.</exception>
    public static double ExpectedError(IReadOnlyList<double> confidences, IReadOnlyList<double> grades)
    {
        Check(confidences, grades);
        var gaps = new double[EqualWidthBins];
        for (var i = 0; i < confidences.Count; i++)
        {
            var bin = (int)((decimal)confidences[i] * EqualWidthBins);
            gaps[Math.Clamp(bin, 0, EqualWidthBins - 1)] += confidences[i] - grades[i];
        }

        return gaps.Sum(Math.Abs) / confidences.Count;
    }

    /// <summary>
    /// The same over five bins of equal numbers of answers. Equal confidences stay together, in the bin where the
    /// middle of their run falls.
    /// </summary>
    public static double EqualMassError(IReadOnlyList<double> confidences, IReadOnlyList<double> grades)
    {
        Check(confidences, grades);
        var gaps = new double[EqualMassBins];
        var (seen, count) = (0, confidences.Count);
        foreach (var run in Enumerable.Range(0, count).GroupBy(i => confidences[i]).OrderBy(group => group.Key))
        {
            var bin = Math.Min(EqualMassBins - 1, (2 * seen + run.Count()) * EqualMassBins / (2 * count));
            gaps[bin] += run.Sum(i => confidences[i] - grades[i]);
            seen += run.Count();
        }

        return gaps.Sum(Math.Abs) / count;
    }

    /// <summary>Brier's score: the mean squared distance from the grades (Monthly Weather Review 78, 1950).</summary>
    public static double Brier(IReadOnlyList<double> confidences, IReadOnlyList<double> grades)
    {
        Check(confidences, grades);
        return confidences.Zip(grades, (confidence, grade) => (confidence - grade) * (confidence - grade)).Average();
    }

    /// <summary>
    /// The chance that a right answer has more confidence than a wrong one, ties counted half (the area under the ROC
    /// curve; Hanley and McNeil 1982). Null where all are right or all are wrong.
    /// </summary>
    public static double? AreaUnderCurve(IReadOnlyList<double> confidences, IReadOnlyList<double> grades)
    {
        Check(confidences, grades);
        var ranks = RankCorrelation.Ranks(confidences);
        double right = grades.Count(grade => grade == 1);
        var wrong = grades.Count - right;
        if (right == 0 || wrong == 0)
            return null;
        var sum = ranks.Where((_, i) => grades[i] == 1).Sum();
        return (sum - right * (right + 1) / 2) / (right * wrong);
    }

    private static void Check(IReadOnlyList<double> confidences, IReadOnlyList<double> grades)
    {
        if (confidences.Count == 0 || confidences.Count != grades.Count)
            throw new ArgumentException("as many confidences as grades, and at least one", nameof(confidences));
    }
}
