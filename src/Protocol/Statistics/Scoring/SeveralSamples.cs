using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Statistics.Scoring;

/// <summary>
/// avg@n: the mean grade of n sampled answers to each problem, with two errors that answer two questions. Over problems
/// and samples: how good is the model on such problems? Over samples alone: would the same problems score so again?
/// </summary>
/// <param name="Mean">Over problems and samples.</param>
/// <param name="Problems">P.</param>
/// <param name="Samples">n.</param>
/// <param name="OfProblemMeans">The variance of the problems' means, divisor P − 1.</param>
/// <param name="Within"> The variance of samples about their problem's mean, pooled, divisor P (n − 1); null of one
/// sample. </param>
public sealed record SeveralSamples(double Mean, int Problems, int Samples, double OfProblemMeans, double? Within)
{
    /// <summary>The variance of problems themselves, which may come out negative.</summary>
    public double? Between => OfProblemMeans - Within / Samples;

    /// <summary>The share of the error that more samples of the same problems would remove.</summary>
    public double? ShareOfSampling => Within / Samples / OfProblemMeans;

    /// <summary>t over problems, P − 1: it holds the sampling already.</summary>
    public TermRule OverProblems => new(Mean, [new VarianceTerm(OfProblemMeans / Problems, Problems - 1)]);

    /// <summary>t over samples for these very problems, P (n − 1); null of one sample.</summary>
    public TermRule? OverSamples =>
        Within is { } within
            ? new(Mean, [new VarianceTerm(within / ((double)Problems * Samples), Problems * (Samples - 1))])
            : null;

    /// <summary>From grades [problem][sample] of at least two problems.</summary>
    public static SeveralSamples Of(IReadOnlyList<IReadOnlyList<double>> grades)
    {
        var (problems, samples) = (grades.Count, grades[0].Count);
        if (problems < 2 || samples < 1 || grades.Any(row => row.Count != samples))
            throw new ArgumentException("at least two problems, with the same number of samples each", nameof(grades));
        double[] means = [.. grades.Select(row => row.Average())];
        var mean = means.Average();
        return new SeveralSamples(
            Mean: mean,
            Problems: problems,
            Samples: samples,
            OfProblemMeans: means.Sum(value => (value - mean) * (value - mean)) / (problems - 1),
            Within: samples == 1
                ? null
                : grades.Select((row, p) => row.Sum(grade => (grade - means[p]) * (grade - means[p]))).Sum()
                    / (problems * (samples - 1.0))
        );
    }
}
