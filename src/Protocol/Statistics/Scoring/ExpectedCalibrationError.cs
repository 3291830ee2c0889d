namespace Bench.Protocol.Statistics.Scoring;

/// <summary>
/// Expected calibration error: how far the confidence of answers is from the share of them that is correct, over bins
/// of equal width, weighted by their numbers (Guo et al. 2017, equation 3).
/// </summary>
public static class ExpectedCalibrationError
{
    /// <summary>Its name in the summary.</summary>
    public const string Metric = "calibration-error";

    private const int Bins = 10;

    /// <param name="confidences">From 0 to 1.</param>
    /// <param name="grades">1 for correct, 0 for not, in the same order.</param>
    /// <exception cref="ArgumentException">There are none, or not as many of each.</exception>
    public static double Of(IReadOnlyList<double> confidences, IReadOnlyList<double> grades)
    {
        if (confidences.Count == 0 || confidences.Count != grades.Count)
            throw new ArgumentException("as many confidences as grades, and at least one", nameof(confidences));
        Span<double> gaps = stackalloc double[Bins];
        for (var i = 0; i < confidences.Count; i++)
            gaps[Math.Clamp((int)(confidences[i] * Bins), 0, Bins - 1)] += confidences[i] - grades[i];
        double sum = 0;
        foreach (var gap in gaps)
            sum += Math.Abs(gap);
        return sum / confidences.Count;
    }
}
