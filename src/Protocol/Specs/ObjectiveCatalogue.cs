using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs;

/// <summary>The objectives that an experiment may name, and the signals that each can learn from.</summary>
public static class ObjectiveCatalogue
{
    private static readonly SortedDictionary<string, SignalKind[]> Signals = new(StringComparer.Ordinal)
    {
        ["cross-entropy"] = [SignalKind.Text],
        ["forward-kl"] = [SignalKind.TopK, SignalKind.Sampled, SignalKind.OnPolicy],
        ["reverse-kl"] = [SignalKind.TopK, SignalKind.OnPolicy],
        ["jsd"] = [SignalKind.TopK, SignalKind.OnPolicy],
        ["skew-kl"] = [SignalKind.TopK, SignalKind.OnPolicy],
        ["skew-reverse-kl"] = [SignalKind.TopK, SignalKind.OnPolicy],
        ["tvd"] = [SignalKind.TopK, SignalKind.OnPolicy],
        ["policy-gradient"] = [SignalKind.OnPolicy],
        ["hidden-states"] = [SignalKind.Hidden],
        ["attention-relations"] = [SignalKind.Hidden],
        ["rationale-multitask"] = [SignalKind.Text],
        ["uld"] = [SignalKind.TopK],
    };

    /// <summary>Signals by their names in an experiment file; gold is the baselines' alone.</summary>
    public static IReadOnlyDictionary<string, SignalKind> SignalNames { get; } = new Dictionary<string, SignalKind>(StringComparer.Ordinal)
    {
        ["text"] = SignalKind.Text,
        ["top-k"] = SignalKind.TopK,
        ["sampled"] = SignalKind.Sampled,
        ["hidden"] = SignalKind.Hidden,
        ["on-policy"] = SignalKind.OnPolicy,
    };

    /// <summary>The objectives' names, sorted.</summary>
    public static IReadOnlyCollection<string> Names => Signals.Keys;

    /// <summary>The names of the signals that an objective can learn from.</summary>
    public static IReadOnlyList<string> SignalsOf(string objective) =>
        [.. SignalNames.Where(signal => Signals[objective].Contains(signal.Value)).Select(signal => signal.Key)];

    /// <summary>A signal's name in files.</summary>
    public static string NameOf(SignalKind signal) =>
        signal == SignalKind.Gold ? "gold" : SignalNames.Single(pair => pair.Value == signal).Key;

    /// <summary>Whether an objective has a temperature.</summary>
    public static bool IsTempered(string objective) => IsDivergence(objective) || objective == "uld";

    /// <summary>Whether an objective compares distributions at a temperature.</summary>
    public static bool IsDivergence(string objective) => objective is "forward-kl" or "reverse-kl" or "jsd" or "skew-kl" or "skew-reverse-kl" or "tvd";

    /// <summary>The layer whose activations are matched, from 1: the named one, else the middle one for states (FitNets) and the last for attention (MiniLM).</summary>
    public static int MatchedLayer(MethodSpec method, int named, ModelShape shape) =>
        named > 0 ? named : method.Objective == "attention-relations" ? shape.Layers : (shape.Layers + 1) / 2;
}
