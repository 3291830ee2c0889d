using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>The sections methods and baselines of an experiment file.</summary>
internal static class MethodSection
{
    private static readonly string[] Baselines = ["gold-answers", "gold-traces"];

    internal static IReadOnlyList<MethodSpec> Read(SpecMapping root)
    {
        var methods = new List<MethodSpec>();
        foreach (var entry in root.Mappings("methods", "name at least one method"))
        {
            var name = entry.Name("name", "name the method");
            if (name is "untrained" or "teacher" || Baselines.Contains(name) || methods.Any(method => method.Name == name))
                throw new SpecException(entry.LocationOfValue("name"), $"the method name '{name}' is taken", "choose another");
            methods.Add(Method(entry, name));
            entry.Close();
        }

        foreach (var (name, location) in root.Words("baselines"))
        {
            if (!Baselines.Contains(name)) throw new SpecException(location, $"there is no baseline '{name}'", Suggestion.For(name, Baselines));
            if (methods.Any(method => method.Name == name)) throw new SpecException(location, $"the baseline '{name}' stands twice", "remove one");
            methods.Add(new MethodSpec
            {
                Name = name,
                Signal = SignalKind.Gold,
                Objective = "cross-entropy",
                Keep = name == "gold-answers" ? Keep.Answer : Keep.Trace,
            });
        }

        return methods;
    }

    private static MethodSpec Method(SpecMapping entry, string name)
    {
        var objective = entry.Choice("objective", null, ObjectiveCatalogue.Names);
        var signalName = entry.Choice("signal", null, [.. ObjectiveCatalogue.SignalNames.Keys]);
        var allowed = ObjectiveCatalogue.SignalsOf(objective);
        if (!allowed.Contains(signalName))
            throw new SpecException(entry.LocationOfValue("objective"), $"{objective} cannot learn from the signal {signalName}", $"it learns from {string.Join(" or ", allowed)}");
        var signal = ObjectiveCatalogue.SignalNames[signalName];
        if (signal != SignalKind.Text && ((string[])["gold-share", "choose"]).FirstOrDefault(entry.Has) is { } textual)
            throw new SpecException(entry.LocationOfKey(textual), $"'{textual}' goes with signal: text alone", $"remove it, or use signal: text");
        var method = new MethodSpec
        {
            Name = name,
            Signal = signal,
            Objective = objective,
            Keep = objective == "rationale-multitask" ? Keep.Trace : entry.Choice("keep", Keep.Trace, MethodSpec.Keeps),
            Temperature = ObjectiveCatalogue.IsTempered(objective) ? entry.Number("temperature", 1, 0.05, 100) : 1,
            K = signal is SignalKind.TopK or SignalKind.Sampled ? (int)entry.Integer("k", 8, 1, 4096) : 0,
            Proposal = signal == SignalKind.Sampled ? entry.Number("proposal", 1, 0, 1) : 1,
            Beta = objective == "jsd" ? Inside(entry, "beta") : 0,
            Alpha = objective is "skew-kl" or "skew-reverse-kl" ? Inside(entry, "alpha") : 0,
            CrossEntropyWeight = CrossEntropyWeight(entry, objective, signal),
            RationaleWeight = objective == "rationale-multitask" ? entry.Number("rationale-weight", 1, 0, 1000) : 1,
            RelationHeads = objective == "attention-relations" ? (int)entry.Integer("relation-heads", 4, 1, 1024) : 0,
            StudentLayer = signal == SignalKind.Hidden ? (int)entry.Integer("student-layer", 0, 0, 512) : 0,
            TeacherLayer = signal == SignalKind.Hidden ? (int)entry.Integer("teacher-layer", 0, 0, 512) : 0,
            Sampling = SpecSections.Sampling(entry.OptionalMapping("sampling")),
            LearningRate = entry.Has("learning-rate") ? entry.Number("learning-rate", null, 1e-9, 10) : null,
            Shares = Shares(entry.OptionalMapping("shares")),
            GoldShare = signal == SignalKind.Text ? entry.Number("gold-share", 0, 0, 1) : 0,
            Choose = signal != SignalKind.Text ? PromptChoice.First : entry.Choice("choose", PromptChoice.First, MethodSpec.PromptChoices),
            Teachers = entry.Has("teachers") ? [.. entry.Words("teachers").Select(word => word.Word)] : null,
            Location = entry.Location,
        };
        return signal == SignalKind.OnPolicy ? OnPolicy(entry, method) : method;
    }

    // Sorted, so that what is written in another order is the same method.
    private static IReadOnlyDictionary<string, double>? Shares(SpecMapping? section) =>
        section is null ? null : new SortedDictionary<string, double>(section.Keys.ToDictionary(key => key, key => section.Number(key, null, 0, 1)), StringComparer.Ordinal);

    private static MethodSpec OnPolicy(SpecMapping entry, MethodSpec method)
    {
        var gradient = method.Objective == "policy-gradient";
        var spec = method with
        {
            Lambda = gradient ? 1 : entry.Number("lambda", 1, 0.01, 1),
            Replay = gradient ? 0 : (int)entry.Integer("replay", 0, 0, 10_000_000),
            TeacherMix = gradient ? entry.Number("teacher-mix", 0.2, 0, 0.99) : 0,
        };
        if (spec is { Lambda: 1, Sampling: not null }) throw new SpecException(entry.LocationOfKey("sampling"), $"method '{method.Name}' learns from nothing that the teacher writes", "remove sampling, or lower lambda");
        if (spec.Keep == Keep.Answer) throw new SpecException(entry.LocationOfValue("keep"), "a student on its own text writes what it writes", "remove keep");
        return spec.Replay == 0 ? spec : spec with { Fresh = entry.Number("fresh", 0.5, 0.01, 1) };
    }

    // A weight at an end of its range would silently make another divergence of this one.
    private static double Inside(SpecMapping entry, string key)
    {
        var value = entry.Number(key, null, double.NegativeInfinity, double.PositiveInfinity);
        return value is > 0 and < 1
            ? value
            : throw new SpecException(entry.LocationOfValue(key), FormattableString.Invariant($"'{key}' is {value}"), "it must lie strictly between 0 and 1: at the ends it is another divergence, with its own name");
    }

    // Matching of activations leaves the output head untrained: it needs the text too.
    private static double CrossEntropyWeight(SpecMapping entry, string objective, SignalKind signal) => objective switch
    {
        "cross-entropy" or "rationale-multitask" or "policy-gradient" => 0,
        "hidden-states" or "attention-relations" or "uld" => entry.Number("cross-entropy-weight", 0.5, 0.01, 0.99),
        _ when signal == SignalKind.OnPolicy => 0,
        _ => entry.Number("cross-entropy-weight", 0, 0, 0.99),
    };
}
