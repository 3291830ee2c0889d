using System.Text.Json.Serialization;
using Bench.Protocol.Detection;

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
    int Items, SamplingSpec Sampling, Tasks.Split Split, int PassAt = 0, bool Confidence = false, bool Agreement = false, bool Likelihood = false)
{
    /// <summary>What traces of its teacher are looked for in a student; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DetectionSpec? Detection { get; init; }

    /// <summary>Whether responses are read again and are drawn as the model has them, so that their probabilities tell its entropy.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ShowsEntropy => Confidence && Sampling is { Temperature: 1, TopP: 1 };
}
