using Bench.Protocol.Detection;
using Bench.Protocol.Reading;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>How students and teacher are measured.</summary>
public sealed record EvaluationSpec : ICheckedSection
{
    /// <summary>Held-out items of each task.</summary>
    [Key("items", "held-out items of each task", Low = 2, High = 100_000)]
    public int Items { get; init; } = 500;

    /// <summary>How students answer.</summary>
    [Key("decode", "greedy, or drawn from the model's probabilities")]
    public Decoding Decode { get; init; }

    [Key("temperature", "temperature of the draws, with decode: sample", Low = 0.01, High = 100)]
    public double Temperature { get; init; } = 1;

    [Key(
        "top-p",
        "draws come from the likeliest tokens that together have this mass, with decode: sample",
        Low = 0.01,
        High = 1
    )]
    public double TopP { get; init; } = 1;

    [Key("samples", "responses to each item, with decode: sample", Low = 1, High = 1000)]
    public int Samples { get; init; } = 1;

    /// <summary>Test, or validation while tuning.</summary>
    [Key("split", "which part of a task's problems")]
    public Split Split { get; init; } = Split.Test;

    /// <summary>k of pass@k and majority@k; 0 for neither.</summary>
    [Key("pass-at", "k of pass@k and majority@k; at most samples", Low = 0, High = 1000)]
    public int PassAt { get; init; }

    /// <summary>Whether each response's probability is recorded, for calibration.</summary>
    [Key("confidence", "whether each response's probability is recorded, for calibration")]
    public bool Confidence { get; init; }

    /// <summary>Whether students are compared with the teacher on the teacher's held-out responses.</summary>
    [Key("agreement", "whether students are compared with the teacher on its held-out responses")]
    public bool Agreement { get; init; }

    /// <summary>Whether the gold responses' negative log-likelihood is measured.</summary>
    [Key("likelihood", "whether the negative log-likelihood of gold responses is measured")]
    public bool Likelihood { get; init; }

    /// <summary>The traces of its teacher that are looked for in a student; null for none.</summary>
    [Key("detection", "which traces of its teacher are looked for in a student")]
    public DetectionSpec? Detection { get; init; }

    /// <summary>How responses are decoded.</summary>
    public SamplingSpec Sampling =>
        Decode == Decoding.Greedy ? SamplingSpec.Greedy : new(Temperature) { TopP = TopP, Samples = Samples };

    /// <summary>
    /// Whether responses are read again and are drawn as the model has them, so that their probabilities tell its
    /// entropy.
    /// </summary>
    public bool ShowsEntropy => Confidence && Sampling is { Temperature: 1, TopP: 1 };

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

    void ICheckedSection.Check(SpecMapping section)
    {
        if (Samples > 1 && Decode == Decoding.Greedy)
            throw new SpecException(
                section.LocationOfValue("samples"),
                "a greedy student writes the same response every time",
                "use decode: sample, or samples: 1"
            );
        if (PassAt > Samples)
            throw new SpecException(
                section.LocationOfValue("pass-at"),
                $"'pass-at' is {PassAt}",
                $"it must be from 0 to {Samples}, the number of samples"
            );
        foreach (var key in (string[])["temperature", "top-p"])
            if (Decode == Decoding.Greedy && section.Has(key))
                section.Note(
                    new SpecException(
                        section.LocationOfKey(key),
                        $"'{key}' goes with decode: sample",
                        $"add decode: sample, or remove {key}"
                    )
                );
    }
}
