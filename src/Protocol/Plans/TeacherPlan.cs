using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Plans;

/// <summary>The units of one teacher: itself, its texts, and what it says about them.</summary>
internal sealed class TeacherPlan
{
    private readonly ExperimentSpec spec;
    private readonly TeacherPlan? source;
    private readonly TeacherUnit unit;
    private readonly Dictionary<Fingerprint, TextUnit> texts = [];
    private readonly Dictionary<string, UnitOfWork> signals = new(StringComparer.Ordinal);
    private readonly List<UnitOfWork> units = [];

    /// <param name="spec">The experiment.</param>
    /// <param name="teacher">The teacher.</param>
    /// <param name="source">The teacher of which this one is another form; null where it is one of its own.</param>
    /// <param name="first">The experiment's first teacher, in whose tokens recorded text is read; null where this is the first.</param>
    /// <param name="files">Where its files are.</param>
    internal TeacherPlan(ExperimentSpec spec, TeacherSpec teacher, TeacherPlan? source, TeacherPlan? first, ICheckpointFiles files)
    {
        (this.spec, Teacher, this.source) = (spec, teacher, source);
        (Shape, Hash) = Describe(files, first);
        Costs = new CostModel(spec, teacher, Shape, source?.Costs);
        var ownText = spec.Tasks.Any(task => task.Task is TeacherText);
        unit = new TeacherUnit
        {
            Fingerprint = Fingerprint.Of("teacher", new()
            {
                Planner.Common(spec),
                { "evaluation", spec.Evaluation.Inputs },
                { "kind", TeacherSpec.Kinds.NameOf(teacher.Kind) },
                { "files", Hash },
                { "train", teacher.Training?.Inputs },
                // It writes the text that students are measured on, and that their learning rates are chosen on.
                { "sampling", ownText ? teacher.Sampling.Inputs : null },
                { "tuning.items", ownText ? spec.Tuning?.Items : null },
                // Another form of a teacher is made from it, and measured on what that one wrote.
                { "source", source?.Unit.Fingerprint.Text },
                { "endpoint", source is null ? null : teacher.Endpoint?.Inputs },
                // Two teachers that are alike in all but their name are still two.
                { "name", spec.Teachers.Count > 1 ? teacher.Name : null },
            }),
            Label = $"teacher {teacher.Name}",
            Name = spec.Teachers.Count == 1 ? TeacherUnit.OnlyRun : $"{TeacherUnit.OnlyRun}-{teacher.Name}",
            Teacher = teacher,
            Needs = source is null ? [] : [source.Unit],
            Prediction = Costs.Teacher(),
        };
        units.Add(unit);
        foreach (var method in spec.Methods.Where(method => method.LearnsFrom(teacher))) _ = Needs(method);
    }

    internal TeacherSpec Teacher { get; }

    internal ModelShape Shape { get; }

    internal string Hash { get; }

    internal CostModel Costs { get; }

    internal TeacherUnit Unit => unit;

    /// <summary>The teacher, then what its students need, each after what it needs itself.</summary>
    internal IReadOnlyList<UnitOfWork> Units() => units;

    /// <summary>What a student of this teacher needs for a method.</summary>
    internal IReadOnlyList<UnitOfWork> Needs(MethodSpec method) => method.Signal switch
    {
        SignalKind.Text => [Text(method)],
        SignalKind.TopK or SignalKind.Sampled => [Text(method), Scores(method)],
        SignalKind.Hidden => [Text(method), States(method)],
        SignalKind.OnPolicy => method.Lambda < 1 ? [unit, Text(method)] : [unit],
        _ => [],
    };

    private TextUnit Text(MethodSpec method)
    {
        var sampling = method.Sampling ?? Teacher.Sampling;
        // An endpoint tells of its probabilities as it writes, once and for all methods.
        var alternatives = Teacher.Endpoint is null ? 0 : spec.Methods.Where(other => other.LearnsFrom(Teacher) && (other.Sampling ?? Teacher.Sampling) == sampling).Max(other => other.K);
        var fingerprint = Fingerprint.Of("text", new()
        {
            { "teacher", unit.Fingerprint.Text },
            { "prompts", spec.Prompts },
            { "sampling", sampling.Inputs },
            { "alternatives", alternatives == 0 ? null : alternatives },
            { "shares", method.Shares is { } shares ? PromptShares.Inputs(shares) : null },
        });
        if (texts.TryGetValue(fingerprint, out var known)) return known;
        var text = texts[fingerprint] = new TextUnit
        {
            Fingerprint = fingerprint,
            Label = $"text of {Teacher.Name}{(texts.Count > 0 ? Describe(sampling) + Describe(method.Shares) : "")}",
            Teacher = Teacher,
            Sampling = sampling,
            Alternatives = alternatives,
            Shares = method.Shares,
            // What is recorded here was written before.
            Needs = Teacher.Kind == TeacherKind.Traces && source is not null ? [unit, source.Text(method)] : [unit],
            Prediction = Costs.Text(method),
        };
        units.Add(text);
        return text;
    }

    private ScoreUnit Scores(MethodSpec method)
    {
        if (method.K > Shape.Vocabulary)
            throw new SpecException(method.Location, $"method '{method.Name}' asks for k = {method.K} of a vocabulary of {Shape.Vocabulary}", "lower k");
        // A draw from p to a power less than 1 weighs at most V to what is missing from 1; the file keeps weights up to e^8.
        if (method.Signal == SignalKind.Sampled && (1 - method.Proposal) * Math.Log(Shape.Vocabulary) > 8)
            throw new SpecException(method.Location, FormattableString.Invariant($"method '{method.Name}' draws from probabilities to the power {method.Proposal}: of {Shape.Vocabulary} tokens, single draws would weigh more than e^8"), "raise proposal");
        var (text, sampled) = (Text(method), method.Signal == SignalKind.Sampled);
        var fingerprint = Fingerprint.Of("scores", new()
        {
            { "text", text.Fingerprint.Text },
            { "signal", ObjectiveCatalogue.NameOf(method.Signal) },
            { "k", method.K },
            { "temperature", method.Temperature },
            { "keep", MethodSpec.Keeps.NameOf(method.Keep) },
            { "proposal", sampled ? method.Proposal : null },
        });
        return Signal(new ScoreUnit
        {
            Fingerprint = fingerprint,
            Label = string.Create(CultureInfo.InvariantCulture, $"{(sampled ? "sampled" : "top")}-{method.K} T={method.Temperature} of {Teacher.Name}"),
            Needs = [unit, text],
            Prediction = Costs.Scoring(method),
            K = method.K,
            Temperature = method.Temperature,
            Keep = method.Keep,
            Sampled = sampled,
            Proposal = method.Proposal,
        });
    }

    private StateUnit States(MethodSpec method)
    {
        var (text, attention) = (Text(method), method.Objective == "attention-relations");
        var layer = LayerOf(method, method.TeacherLayer, Shape, "teacher-layer");
        return Signal(new StateUnit
        {
            Fingerprint = Fingerprint.Of("states", new()
            {
                { "text", text.Fingerprint.Text },
                { "keep", MethodSpec.Keeps.NameOf(method.Keep) },
                { "teacher-layer", layer },
                { "of", attention ? "attention" : "states" },
            }),
            Label = string.Create(CultureInfo.InvariantCulture, $"{(attention ? "attention" : "states")} of {Teacher.Name} at layer {layer}"),
            Needs = [unit, text],
            Prediction = Costs.Scoring(method),
            Keep = method.Keep,
            Layer = layer,
            Attention = attention,
        });
    }

    /// <summary>The layer that a method matches.</summary>
    /// <exception cref="SpecException">The model has no such layer.</exception>
    internal static int LayerOf(MethodSpec method, int named, ModelShape shape, string key) => named <= shape.Layers
        ? ObjectiveCatalogue.MatchedLayer(method, named, shape)
        : throw new SpecException(method.Location, $"method '{method.Name}' asks for {key} {named} of {shape.Layers} layers", $"lower {key}");

    private TUnit Signal<TUnit>(TUnit made) where TUnit : UnitOfWork
    {
        if (signals.TryGetValue(made.Fingerprint.Text, out var known)) return (TUnit)known;
        signals[made.Fingerprint.Text] = made;
        units.Add(made);
        return made;
    }

    private (ModelShape Shape, string Hash) Describe(ICheckpointFiles files, TeacherPlan? first)
    {
        if (spec.Tasks.Any(task => task.Task is Digits)) return (Teacher.Training!.Model, string.Join(' ', Digits.Files.Select(files.HashOf)));
        if (source is not null) return (source.Shape, source.Hash);
        if (Teacher.Kind is TeacherKind.Checkpoint or TeacherKind.Onnx) return files.Describe(Teacher);
        var vocabulary = CharacterVocabulary.Of(spec.Tasks.Select(task => task.Task).OfType<ProceduralTask>()).Size;
        if (Teacher.Training is { } training) return (training.Model with { Vocabulary = vocabulary }, "");
        // Nobody knows its shape: only the number of its tokens counts.
        if (Teacher.Endpoint is not { } endpoint)
        {
            var spelling = Teacher.Traces!.Tokenizer is { } own ? files.DescribeTokenizer(own) : (first?.Shape.Vocabulary ?? vocabulary, "");
            return (ModelShape.Unknown with { Vocabulary = spelling.Item1 }, $"{files.HashOf(Teacher.Traces)} {spelling.Item2}".TrimEnd());
        }

        var (size, hash) = endpoint.Tokenizer is { } tokenizer ? files.DescribeTokenizer(tokenizer) : (vocabulary, "");
        return (ModelShape.Unknown with { Vocabulary = size }, $"{endpoint.Url} {endpoint.Model} {(endpoint.Chat ? "chat" : "completions")} {endpoint.TokensAsIds} {hash}");
    }

    private static string Describe(SamplingSpec sampling) => string.Create(
        CultureInfo.InvariantCulture, $" T={sampling.Temperature} p={sampling.TopP} n={sampling.Samples} {sampling.Select.ToString().ToLowerInvariant()}")
        + (sampling.Watermark is { } mark ? string.Create(CultureInfo.InvariantCulture, $" watermark {mark.Key} in {mark.Share}") : "")
        + (sampling.Canaries is { } canaries ? string.Create(CultureInfo.InvariantCulture, $" canaries {canaries.Key} x {canaries.Repeats}") : "");

    private static string Describe(IReadOnlyDictionary<string, double>? shares) =>
        shares is null ? "" : string.Concat(shares.Select(share => string.Create(CultureInfo.InvariantCulture, $" {share.Key}={share.Value}")));
}
