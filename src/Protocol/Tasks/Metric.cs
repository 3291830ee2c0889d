namespace Bench.Protocol.Tasks;

/// <summary>A measured quantity.</summary>
/// <param name="Name">As in the ledger, e.g. accuracy.</param>
/// <param name="Label">As on an axis, with its unit.</param>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
public sealed record Metric(string Name, string Label, bool HigherIsBetter)
{
    /// <summary>The share of items graded correct.</summary>
    public static Metric Accuracy { get; } = new("accuracy", "accuracy on held-out problems", true);

    /// <summary>Cross-entropy of the model on the teacher's held-out text, in bits for each token.</summary>
    public static Metric BitsPerToken { get; } = new("bits-per-token", "bits per token on the teacher's held-out text", false);

    /// <summary>How often the model's most likely next token is the teacher's.</summary>
    public static Metric Agreement { get; } = new("top1-agreement", "top-1 agreement with the teacher", true);
}
