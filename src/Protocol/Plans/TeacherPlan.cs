using System.Globalization;
using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Signals;
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
    /// <param name="first">The experiment's first teacher, in whose tokens recorded text is read; null where this is
    /// the first.</param>
    /// <param name="files">Where its files are.</param>
    internal TeacherPlan(
        ExperimentSpec spec,
        TeacherSpec teacher,
        TeacherPlan? source,
        TeacherPlan? first,
        ICheckpointFiles files
    )
    {
        (this.spec, Teacher, this.source) = (spec, teacher, source);
        (Shape, Hash) = Describe(files, first);
        Costs = new CostModel(spec, teacher, Shape, source?.Costs);
        var ownText = spec.Content == TaskContent.OwnText;
        unit = new TeacherUnit
        {
            Fingerprint = Fingerprint.Of(
                "teacher",
                new()
                {
                    Planner.Common(spec),
                    { "evaluation", Inputs.Of(spec.Evaluation) },
                    { "kind", Names<TeacherKind>.Of(teacher.Kind) },
                    { "files", Hash },
                    { "train", teacher.Training?.Inputs },
                    // It writes the text that students are measured on, and that their learning rates are chosen on.
                    { "sampling", ownText ? Inputs.Of(teacher.Sampling) : null },
                    { "tuning.items", ownText ? spec.Tuning?.Items : null },
                    // Another form of a teacher is made from it, and measured on what that one wrote.
                    { "source", source?.Unit.Fingerprint.Text },
                    { "endpoint", source is null ? null : teacher.Endpoint?.Responses },
                    // Two teachers that are alike in all but their name are still two.
                    { "name", spec.Teachers.Count > 1 ? teacher.Name : null },
                }
            ),
            Label = $"teacher {teacher.Name}",
            Name = spec.Teachers.Count == 1 ? TeacherUnit.OnlyRun : $"{TeacherUnit.OnlyRun}-{teacher.Name}",
            Teacher = teacher,
            Needs = source is null ? [] : [source.Unit],
            Prediction = Costs.Teacher(),
        };
        units.Add(unit);
        foreach (var method in spec.Methods.Where(method => method.LearnsFrom(teacher)))
            _ = Needs(method);
    }

    internal TeacherSpec Teacher { get; }

    internal ModelShape Shape { get; }

    internal string Hash { get; }

    internal CostModel Costs { get; }

    internal TeacherUnit Unit => unit;

    /// <summary>The teacher, then what its students need, each after what it needs itself.</summary>
    internal IReadOnlyList<UnitOfWork> Units() => units;

    /// <summary>The units that a student of this teacher needs for a method.</summary>
    internal IReadOnlyList<UnitOfWork> Needs(MethodSpec method) =>
        method.Signal switch
        {
            { Asks: TeacherAccess.None } => [],
            { IsLive: true } => method.OwnShare < 1 ? [unit, Text(method)] : [unit],
            { Entries: > 0 } => [Text(method), Probabilities(method)],
            { Asks: TeacherAccess.Activations } => [Text(method), States(method)],
            _ => [Text(method)],
        };

    private TextUnit Text(MethodSpec method)
    {
        var sampling = method.Sampling ?? Teacher.Sampling;
        // An endpoint tells of its probabilities as it writes, once and for all methods.
        var alternatives = Teacher.Endpoint is null
            ? 0
            : spec
                .Methods.Where(other => other.LearnsFrom(Teacher) && (other.Sampling ?? Teacher.Sampling) == sampling)
                .Max(other => other.Signal.Entries);
        var fingerprint = Fingerprint.Of(
            "text",
            new()
            {
                { "teacher", unit.Fingerprint.Text },
                { "prompts", spec.Prompts },
                { "sampling", Inputs.Of(sampling) },
                { "alternatives", alternatives == 0 ? null : alternatives },
                { "shares", SharesOf(method) },
            }
        );
        if (texts.TryGetValue(fingerprint, out var known))
            return known;
        var text = texts[fingerprint] = new TextUnit
        {
            Fingerprint = fingerprint,
            Label = $"text of {Teacher.Name}{(texts.Count > 0 ? Describe(sampling) + Describe(method.Shares) : "")}",
            Teacher = Teacher,
            Sampling = sampling,
            Alternatives = alternatives,
            Shares = method.Shares,
            // Recorded text was written before.
            Needs = Teacher.Kind == TeacherKind.Traces && source is not null ? [unit, source.Text(method)] : [unit],
            Prediction = Costs.Text(method),
        };
        units.Add(text);
        return text;
    }

    private ProbabilityUnit Probabilities(MethodSpec method)
    {
        var (entries, proposal) = (method.Signal.Entries, (method.Signal as Sampled)?.Proposal);
        if (entries > Shape.Vocabulary)
            throw new SpecException(
                method.Location,
                $"method '{method.Name}' asks for k = {entries} of a vocabulary of {Shape.Vocabulary}",
                "lower k"
            );
        // A draw from p to a power less than 1 weighs at most V to what is missing from 1; the file keeps weights up to
        // e^8.
        if (proposal is { } power && (1 - power) * Math.Log(Shape.Vocabulary) > 8)
            throw new SpecException(
                method.Location,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"method '{method.Name}' draws from probabilities to the power {power}: of {Shape.Vocabulary} "
                        + $"tokens, single draws would weigh more than e^8"
                ),
                "raise proposal"
            );
        var (text, temperature) = (Text(method), method.Objective.TeacherTemperature);
        return Signal(
            new ProbabilityUnit
            {
                Fingerprint = Fingerprint.Of(
                    "probabilities",
                    new()
                    {
                        { "text", text.Fingerprint.Text },
                        { "signal", method.Signal.Name },
                        Inputs.Of(method.Signal),
                        { "temperature", temperature },
                        { "keep", Names<Keep>.Of(method.Keep) },
                    }
                ),
                Label = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(proposal is null ? "top" : "sampled")}-{entries} T={temperature} of {Teacher.Name}"
                ),
                Needs = [unit, text],
                Prediction = Costs.Scoring(method),
                Entries = entries,
                Temperature = temperature,
                Keep = method.Keep,
                Proposal = proposal,
            }
        );
    }

    private StateUnit States(MethodSpec method)
    {
        var (text, matching) = (Text(method), (ActivationMatching)method.Objective);
        var (layer, attention) = (
            LayerOf(method, matching, matching.TeacherLayer, Shape, "teacher-layer"),
            matching.MatchesAttention
        );
        return Signal(
            new StateUnit
            {
                Fingerprint = Fingerprint.Of(
                    "states",
                    new()
                    {
                        { "text", text.Fingerprint.Text },
                        { "keep", Names<Keep>.Of(method.Keep) },
                        { "teacher-layer", layer },
                        { "of", attention ? "attention" : "states" },
                    }
                ),
                Label = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(attention ? "attention" : "states")} of {Teacher.Name} at layer {layer}"
                ),
                Needs = [unit, text],
                Prediction = Costs.Scoring(method),
                Keep = method.Keep,
                Layer = layer,
                Attention = attention,
            }
        );
    }

    /// <summary>The layer that a method matches.</summary>
    /// <exception cref="SpecException">The model has no such layer.</exception>
    internal static int LayerOf(
        MethodSpec method,
        ActivationMatching matching,
        int named,
        ModelShape shape,
        string key
    ) =>
        named <= shape.Layers
            ? matching.LayerOf(named, shape)
            : throw new SpecException(
                method.Location,
                $"method '{method.Name}' asks for {key} {named} of {shape.Layers} layers",
                $"lower {key}"
            );

    private TUnit Signal<TUnit>(TUnit made)
        where TUnit : UnitOfWork
    {
        if (signals.TryGetValue(made.Fingerprint.Text, out var known))
            return (TUnit)known;
        signals[made.Fingerprint.Text] = made;
        units.Add(made);
        return made;
    }

    private (ModelShape Shape, string Hash) Describe(ICheckpointFiles files, TeacherPlan? first)
    {
        if (spec.Content == TaskContent.Images)
            return (
                Teacher.Training!.Model,
                string.Join(' ', spec.Tasks.SelectMany(task => task.Task.Files).Select(files.HashOf))
            );
        if (source is not null)
            return (source.Shape, source.Hash);
        if (Teacher.Kind is TeacherKind.Checkpoint or TeacherKind.Onnx)
            return files.Describe(Teacher);
        var vocabulary = CharacterVocabulary.Of(spec.Tasks.Select(task => task.Task)).Size;
        if (Teacher.Training is { } training)
            return (training.Model with { Vocabulary = vocabulary }, "");
        // Nobody knows its shape: only the number of its tokens counts.
        if (Teacher.Endpoint is not { } endpoint)
        {
            var spelling = Teacher.Traces!.Tokenizer is { } own
                ? files.DescribeTokenizer(own)
                : (first?.Shape.Vocabulary ?? vocabulary, "");
            return (
                ModelShape.Unknown with
                {
                    Vocabulary = spelling.Item1,
                },
                $"{files.HashOf(Teacher.Traces)} {spelling.Item2}".TrimEnd()
            );
        }

        var (size, hash) = endpoint.Tokenizer is { } tokenizer ? files.DescribeTokenizer(tokenizer) : (vocabulary, "");
        return (
            ModelShape.Unknown with
            {
                Vocabulary = size,
            },
            $"{endpoint.Url} {endpoint.Model} {(endpoint.Chat ? "chat" : "completions")} {endpoint.TokensAsIds} {hash}"
        );
    }

    private static Inputs? SharesOf(MethodSpec method)
    {
        if (method.Shares is null)
            return null;
        var inputs = new Inputs();
        foreach (var (task, share) in method.Shares)
            inputs.Add(task, share);
        return inputs;
    }

    private static string Describe(SamplingSpec sampling) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $" T={sampling.Temperature} p={sampling.TopP} n={sampling.Samples} "
                + $"{sampling.Select.ToString().ToLowerInvariant()}"
        )
        + (
            sampling.Watermark is { } mark
                ? string.Create(CultureInfo.InvariantCulture, $" watermark {mark.Key} in {mark.Share}")
                : ""
        )
        + (
            sampling.Canaries is { } canaries
                ? string.Create(CultureInfo.InvariantCulture, $" canaries {canaries.Key} x {canaries.Repeats}")
                : ""
        );

    private static string Describe(IReadOnlyDictionary<string, double>? shares) =>
        shares is null
            ? ""
            : string.Concat(
                shares.Select(share => string.Create(CultureInfo.InvariantCulture, $" {share.Key}={share.Value}"))
            );
}
