using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Specs.Sections;

/// <summary>The sections methods and baselines of an experiment file.</summary>
internal static class MethodSection
{
    /// <summary>Students that learn gold solutions, by what is kept of them.</summary>
    internal static IReadOnlyDictionary<string, Keep> Baselines { get; } =
        new SortedDictionary<string, Keep>(StringComparer.Ordinal)
        {
            [MethodSpec.GoldAnswers] = Keep.Answer,
            ["gold-traces"] = Keep.Trace,
        };

    internal static IReadOnlyList<MethodSpec> Read(SpecMapping root)
    {
        var methods = new List<MethodSpec>();
        foreach (var entry in root.Mappings("methods", "name at least one method"))
        {
            if (root.Attempt(() => Method(entry, methods)) is { } method)
                methods.Add(method);
        }

        foreach (var (name, location) in root.Words("baselines"))
            root.Attempt(() => methods.Add(Baseline(name, location, methods)));
        return methods;
    }

    private static MethodSpec Baseline(string name, SourceLocation location, List<MethodSpec> methods)
    {
        if (!Baselines.TryGetValue(name, out var keep))
            throw new SpecException(
                location,
                $"there is no baseline '{name}'",
                Suggestion.For(name, [.. Baselines.Keys])
            );
        if (methods.Any(method => method.Name == name))
            throw new SpecException(location, $"the baseline '{name}' stands twice", "remove one");
        return new MethodSpec
        {
            Name = name,
            Signal = new Gold(),
            Objective = new CrossEntropy(),
            Keep = keep,
        };
    }

    private static MethodSpec Method(SpecMapping entry, List<MethodSpec> others)
    {
        var read = entry.Attempt(entry.Read<MethodSpec>);
        var (objective, signal) = Learning(entry);
        entry.Close();
        var method = (read ?? throw new SectionFailedException()) with
        {
            Objective = objective,
            Signal = signal,
            Location = entry.Location,
        };
        if (
            method.Name is "untrained" or "teacher"
            || Baselines.ContainsKey(method.Name)
            || others.Any(other => other.Name == method.Name)
        )
            entry.Note(
                new SpecException(
                    entry.LocationOfValue("name"),
                    $"the method name '{method.Name}' is taken",
                    "choose another"
                )
            );
        objective.CheckWith(signal, entry);
        if (method.SplitsTraces && entry.Has("keep"))
            entry.Note(
                new SpecException(
                    entry.LocationOfKey("keep"),
                    $"{objective.Name} learns answers and reasoning both",
                    "remove keep"
                )
            );
        if (signal.IsLive && method.Keep == Keep.Answer)
            entry.Note(
                new SpecException(
                    entry.LocationOfValue("keep"),
                    "a student on its own text writes what it writes",
                    "remove keep"
                )
            );
        if (method is { OwnShare: 1, Sampling: not null })
            entry.Note(
                new SpecException(
                    entry.LocationOfKey("sampling"),
                    $"method '{method.Name}' learns from nothing that the teacher writes",
                    "remove sampling, or lower lambda"
                )
            );
        return method;
    }

    // The keys of both stand beside the method's own.
    private static (Objective Objective, Signal Signal) Learning(SpecMapping entry)
    {
        var objective = entry.Choice("objective", null, Catalogue<Objective>.Names);
        var signal = entry.Choice("signal", null, Catalogue<Signal>.Names);
        var read = (Objective)SectionReader.Read(Catalogue<Objective>.Find(objective), entry);
        string[] allowed = [.. read.Signals.Select(Catalogue<Signal>.NameOf)];
        return allowed.Contains(signal)
            ? (read, (Signal)SectionReader.Read(Catalogue<Signal>.Find(signal), entry))
            : throw new SpecException(
                entry.LocationOfValue("objective"),
                $"{objective} cannot learn from the signal {signal}",
                $"it learns from {string.Join(" or ", allowed)}"
            );
    }
}
