using Bench.Protocol.Detection;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>How students and teacher are measured.</summary>
/// <param name="Items">Held-out items of each task.</param>
/// <param name="Sampling">How responses are decoded; its samples are the responses to each item.</param>
/// <param name="Split">Test, or validation while tuning.</param>
/// <param name="PassAt">k of pass@k and majority@k; 0 for neither.</param>
/// <param name="Confidence">Whether each response's probability is recorded, for calibration.</param>
/// <param name="Agreement">Whether students are compared with the teacher on the teacher's held-out responses.</param>
/// <param name="Likelihood">Whether the gold responses' negative log-likelihood is measured.</param>
public sealed record EvaluationSpec(
    int Items, SamplingSpec Sampling, Split Split, int PassAt = 0, bool Confidence = false, bool Agreement = false, bool Likelihood = false)
{
    /// <summary>What traces of its teacher are looked for in a student; null for none.</summary>
    public DetectionSpec? Detection { get; init; }

    /// <summary>The names in files of the splits that can be measured.</summary>
    public static Choices<Split> Splits { get; } = new(("test", Split.Test), ("validation", Split.Validation));

    /// <summary>What a score depends on.</summary>
    public Inputs Inputs => new()
    {
        { "items", Items },
        Sampling.Inputs,
        { "split", Splits.NameOf(Split) },
        { "pass-at", PassAt },
        { "confidence", Confidence },
        { "agreement", Agreement },
        { "likelihood", Likelihood },
        { "detection", Detection?.Inputs },
    };

    /// <summary>The metrics of a task: its own, and those that this evaluation asks for.</summary>
    public IReadOnlyList<Metric> MetricsOf(ITask task) =>
    [
        .. task.Metrics,
        .. PassAt > 0 ? new[] { Metric.PassAt, Metric.MajorityAt } : [],
        .. Confidence ? new[] { Metric.Confidence } : [],
        .. ShowsEntropy ? new[] { Metric.ResponseNats } : [],
        .. Likelihood ? new[] { Metric.GoldNats } : [],
        .. Detection is { } detection ? Metric.OfDetection(detection) : [],
        .. Agreement ? new[] { Metric.Agreement, Metric.TeacherKl } : [],
    ];

    /// <summary>Whether responses are read again and are drawn as the model has them, so that their probabilities tell its entropy.</summary>
    public bool ShowsEntropy => Confidence && Sampling is { Temperature: 1, TopP: 1 };
}
