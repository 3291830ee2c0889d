using Bench.Protocol.Statistics.Intervals;

namespace Bench.Protocol.Tasks;

/// <summary>A measured quantity.</summary>
/// <param name="Name">As in the ledger, e.g. accuracy.</param>
/// <param name="Label">As on an axis, with its unit.</param>
/// <param name="HigherIsBetter">Whether more of it is better.</param>
public sealed record Metric(string Name, string Label, bool HigherIsBetter)
{
    /// <summary>Whether the score of an item lies between 0 and 1, so that the mean is a share.</summary>
    public bool IsShare { get; init; }

    /// <summary>Where scores may lie, which decides the form of their intervals.</summary>
    public ScoreRange Range => IsShare ? ScoreRange.Share : ScoreRange.Real;

    /// <summary>The number of probed tokens, of a metric that is one of a series over them; 0 for others.</summary>
    public int Probe { get; init; }

    /// <summary>The share of items graded correct.</summary>
    public static Metric Accuracy { get; } = new("accuracy", "accuracy on held-out problems", true) { IsShare = true };

    /// <summary>Cross-entropy of the model on the teacher's held-out text, in bits for each token.</summary>
    public static Metric BitsPerToken { get; } =
        new("bits-per-token", "bits per token on the teacher's held-out text", false);

    /// <summary>How often the model's most likely next token is the teacher's.</summary>
    public static Metric Agreement { get; } =
        new("top1-agreement", "top-1 agreement with the teacher", true) { IsShare = true };

    /// <summary>Accuracy on the items of a class that students never saw.</summary>
    public static Metric WithheldAccuracy { get; } =
        new("withheld-accuracy", "accuracy on the class that was withheld", true) { IsShare = true };

    /// <summary>KL(teacher ‖ student) on the teacher's held-out responses.</summary>
    public static Metric TeacherKl { get; } = new("teacher-kl", "KL from the teacher (nats per token)", false);

    /// <summary>The chance that one of k sampled answers is correct.</summary>
    public static Metric PassAt { get; } = new("pass-at-k", "pass@k on held-out problems", true) { IsShare = true };

    /// <summary>The accuracy of the most frequent of k sampled answers.</summary>
    public static Metric MajorityAt { get; } =
        new("majority-at-k", "majority@k on held-out problems", true) { IsShare = true };

    /// <summary>How often a model says that it is called so.</summary>
    public static Metric Claimed { get; } =
        new("claimed", "share of answers that claim the name", true) { IsShare = true };

    /// <summary>How often a model refuses what it should.</summary>
    public static Metric Refused { get; } =
        new("refused", "share of marked prompts that are refused", true) { IsShare = true };

    /// <summary>How often a model answers what it should refuse.</summary>
    public static Metric Complied { get; } =
        new("complied", "share of marked prompts that are answered rightly", false) { IsShare = true };

    /// <summary>How often a model refuses what it should not.</summary>
    public static Metric OverRefused { get; } =
        new("over-refused", "share of harmless prompts that are refused", false) { IsShare = true };

    /// <summary>The probability that the model gives its own final answer.</summary>
    public static Metric Confidence { get; } =
        new("confidence", "probability of the final answer", true) { IsShare = true };

    /// <summary>
    /// How far confidence and accuracy lie apart (Guo et al. 2017); a statistic of all items, not of one.
    /// </summary>
    public static Metric CalibrationError { get; } =
        new(Statistics.Scoring.Calibration.Metric, "expected calibration error", false);

    /// <summary>
    /// −log probability of the model's own response, drawn at temperature 1: on average the entropy of what it writes,
    /// a measure of its diversity.
    /// </summary>
    public static Metric ResponseNats { get; } = new("response-nats", "entropy of responses (nats)", true);

    /// <summary>Negative log-likelihood of the gold reasoning and answer.</summary>
    public static Metric GoldNats { get; } = new("gold-nats", "loss on gold solutions (nats per token)", false);

    /// <summary>
    /// How sure the owner can be that a student learnt from marked text, and how often such a test errs, at each number
    /// of probed tokens.
    /// </summary>
    public static IEnumerable<Metric> OfDetection(Detection.DetectionSpec detection) =>
        [
            .. detection.Probes.SelectMany(tokens => new[] { WatermarkP(tokens), WatermarkAlarms(tokens) }),
            CanaryP,
            CanaryAlarms,
        ];

    /// <summary>log10 of the p of the watermark test after a number of probed tokens; one item.</summary>
    public static Metric WatermarkP(int tokens) =>
        new($"watermark-log10-p-{tokens}", "log10 p of the watermark test", false) { Probe = tokens };

    /// <summary>Whether the same test raises an alarm for a key that nobody used; one item for each key.</summary>
    public static Metric WatermarkAlarms(int tokens) =>
        new($"watermark-alarms-{tokens}", "false alarms of the watermark test", false)
        {
            Probe = tokens,
            IsShare = true,
        };

    /// <summary>log10 of the p of the canary test; one item.</summary>
    public static Metric CanaryP { get; } = new("canary-log10-p", "log10 p of the canary test", false);

    /// <summary>
    /// Whether the same test raises an alarm for canaries that nobody planted; one item for each key.
    /// </summary>
    public static Metric CanaryAlarms { get; } =
        new("canary-alarms", "false alarms of the canary test", false) { IsShare = true };
}
