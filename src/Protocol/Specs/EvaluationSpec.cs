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
    int Items, SamplingSpec Sampling, Tasks.Split Split, int PassAt = 0, bool Confidence = false, bool Agreement = false, bool Likelihood = false);
