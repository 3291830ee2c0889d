namespace Bench.Protocol.Specs;

/// <summary>How students and teacher are measured.</summary>
/// <param name="Items">Held-out items of each task.</param>
/// <param name="Sampling">How responses are decoded.</param>
/// <param name="Split">Test, or validation while tuning.</param>
public sealed record EvaluationSpec(int Items, SamplingSpec Sampling, Tasks.Split Split);
