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

    /// <summary>Accuracy on the items of a class that students never saw.</summary>
    public static Metric WithheldAccuracy { get; } = new("withheld-accuracy", "accuracy on the class that was withheld", true);

    /// <summary>KL(teacher ‖ student) on the teacher's held-out responses.</summary>
    public static Metric TeacherKl { get; } = new("teacher-kl", "KL from the teacher (nats per token)", false);

    /// <summary>The chance that one of k sampled answers is correct.</summary>
    public static Metric PassAt { get; } = new("pass-at-k", "pass@k on held-out problems", true);

    /// <summary>The accuracy of the most frequent of k sampled answers.</summary>
    public static Metric MajorityAt { get; } = new("majority-at-k", "majority@k on held-out problems", true);

    /// <summary>The probability that the model gives its own final answer.</summary>
    public static Metric Confidence { get; } = new("confidence", "probability of the final answer", true);

    /// <summary>Negative log-likelihood of the gold reasoning and answer.</summary>
    public static Metric GoldNats { get; } = new("gold-nats", "loss on gold solutions (nats per token)", false);

    /// <summary>What is measured of a task: its own metrics, and those that the evaluation asks for.</summary>
    public static IReadOnlyList<Metric> Of(ITask task, Specs.EvaluationSpec evaluation) => [
        .. task.Metrics,
        .. evaluation.PassAt > 0 ? new[] { PassAt, MajorityAt } : [],
        .. evaluation.Confidence ? new[] { Confidence } : [],
        .. evaluation.Likelihood ? new[] { GoldNats } : [],
        .. evaluation.Agreement ? new[] { Agreement, TeacherKl } : []];
}
