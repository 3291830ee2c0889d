namespace Bench.Protocol.Grading;

/// <summary>A grader's verdict on a response.</summary>
/// <param name="Correct">Whether the final answer is the reference's.</param>
/// <param name="Extracted">The final answer as it was understood, in a form in which equal answers are mostly equal
/// strings; null where there is none.</param>
public sealed record Verdict(bool Correct, string? Extracted);
