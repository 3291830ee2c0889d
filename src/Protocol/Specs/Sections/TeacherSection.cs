using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs.Sections;

/// <summary>The section teacher of an experiment file, or an entry of teachers.</summary>
internal static class TeacherSection
{
    internal static IReadOnlyList<TeacherSpec> Read(SpecMapping root, Func<SpecMapping, ModelShape> shape)
    {
        if (!root.Has("teachers"))
            return
            [
                One(
                    root.Mapping(
                        "teacher",
                        $"say who teaches: teacher: {{ name, licence, and one of "
                            + $"{string.Join(", ", Names<TeacherKind>.All)} }}"
                    ),
                    [],
                    shape
                ),
            ];
        if (root.Has("teacher"))
            throw new SpecException(
                root.LocationOfKey("teachers"),
                "there are both teacher and teachers",
                "keep one of them"
            );
        var teachers = new List<TeacherSpec>();
        foreach (var entry in root.Mappings("teachers", "name at least one teacher"))
        {
            if (root.Attempt(() => One(entry, teachers, shape)) is not { } teacher)
                continue;
            if (teachers.Any(other => other.Name == teacher.Name))
                root.Note(
                    new SpecException(
                        entry.LocationOfValue("name"),
                        $"there are two teachers of the name '{teacher.Name}'",
                        "rename one"
                    )
                );
            teachers.Add(teacher);
        }

        return teachers;
    }

    private static TeacherSpec One(
        SpecMapping section,
        IReadOnlyList<TeacherSpec> earlier,
        Func<SpecMapping, ModelShape> shape
    )
    {
        var sampling = section.OptionalMapping("sampling") is { } own ? section.Attempt(() => Sampling(own)) : null;
        var kinds = Names<TeacherKind>.All.Where(section.Has).ToArray();
        if (kinds is not [var key])
            throw new SpecException(
                section.Location,
                "a teacher is trained here, loaded, asked over a network, or recorded",
                $"give exactly one of {string.Join(", ", Names<TeacherKind>.All.Select(known => known + ":"))}"
            );
        var (kind, source) = (Names<TeacherKind>.Find(key)!.Value, section.Mapping(key, ""));
        var of = kind is TeacherKind.Trained or TeacherKind.Checkpoint ? null : Of(source, earlier);
        var training = kind == TeacherKind.Trained ? section.Attempt(() => Training(section, source, shape)) : null;
        FileReference? File(TeacherKind wanted) => kind == wanted && of is null ? FileReference.Read(source) : null;
        var teacher = section.Read<TeacherSpec>() with
        {
            LicenceLocation = section.LocationOfValue("licence"),
            Kind = kind,
            Of = of?.Name,
            Training = training,
            Checkpoint = File(TeacherKind.Checkpoint),
            Onnx = File(TeacherKind.Onnx),
            Endpoint = kind == TeacherKind.Endpoint ? Endpoint(source, of) : null,
            Traces = File(TeacherKind.Traces),
            // Another form of a teacher writes as that one does, if nobody says otherwise.
            Sampling = sampling ?? of?.Sampling ?? SamplingSpec.Greedy,
        };
        source.Close();
        section.Close();
        if (teacher is { Elsewhere: not null, IsElsewhere: false })
            throw new SpecException(
                section.LocationOfKey("elsewhere"),
                $"'{teacher.Name}' works here, where its work is counted",
                "remove elsewhere"
            );
        return teacher.Kind == TeacherKind.Traces && section.Has("sampling")
            ? throw new SpecException(
                section.LocationOfKey("sampling"),
                "a recorded teacher's text is already written",
                "remove sampling"
            )
            : teacher;
    }

    private static GoldTraining Training(SpecMapping section, SpecMapping source, Func<SpecMapping, ModelShape> shape)
    {
        var model = section.Attempt(() =>
            shape(section.Mapping("model", "give the teacher's shape: model: { layers, width, heads }"))
        );
        return GoldTraining.Read(source, model);
    }

    private static SamplingSpec Sampling(SpecMapping section)
    {
        var sampling = section.Read<SamplingSpec>();
        section.Close();
        return sampling;
    }

    private static TeacherSpec? Of(SpecMapping source, IReadOnlyList<TeacherSpec> earlier)
    {
        if (source.OptionalText("of") is not { } name)
            return null;
        var known = earlier.Where(teacher => teacher.HasWeights).ToArray();
        return known.FirstOrDefault(teacher => teacher.Name == name)
            ?? throw new SpecException(
                source.LocationOfValue("of"),
                $"'of' must name a teacher with weights that stands before this one, and '{name}' is none",
                known.Length == 0
                    ? "put one before it under teachers:"
                    : Suggestion.For(name, [.. known.Select(teacher => teacher.Name)])
            );
    }

    private static EndpointSpec Endpoint(SpecMapping section, TeacherSpec? of)
    {
        foreach (var key in (string[])["url", "model", "key-variable", "tokenizer"])
            if (of is not null && section.Has(key))
                throw new SpecException(
                    section.LocationOfKey(key),
                    $"'{of.Name}' is served here, and '{key}' speaks of another server",
                    $"keep one of {key} and of"
                );
        var spec = new EndpointSpec
        {
            Url = of is null
                ? Base(
                    section,
                    section.Text(
                        "url",
                        "the server's base address, e.g. http://127.0.0.1:8080/v1; or of: another teacher, to serve "
                            + "it here"
                    )
                )
                : null,
            Model = of is null ? section.Text("model", "the server's name for the model") : of.Name,
            Chat = section.Choice("api", of is null ? "chat" : "completions", ["chat", "completions"]) == "chat",
            KeyVariable = section.OptionalText("key-variable"),
            Concurrency = (int)section.Integer("concurrency", of is null ? 4 : 64, 1, 1024),
            RequestsPerMinute = section.Has("requests-per-minute")
                ? section.Number("requests-per-minute", null, 0.01, 1e9)
                : null,
            Queries = section.Has("queries") ? section.Integer("queries", null, 1, long.MaxValue) : null,
            TimeoutSeconds = section.Number("timeout-seconds", 600, 0.01, 86_400),
            TopLogprobs = (int)section.Integer("top-logprobs", of is null ? 20 : 64, 0, 4096),
            TokensAsIds = section.Flag("tokens-as-ids", of is not null),
            UsdPerMillionPromptTokens = section.Has("usd-per-million-prompt-tokens")
                ? section.Number("usd-per-million-prompt-tokens", null, 0, 1e6)
                : null,
            UsdPerMillionResponseTokens = section.Has("usd-per-million-response-tokens")
                ? section.Number("usd-per-million-response-tokens", null, 0, 1e6)
                : null,
            Tokenizer = section.OptionalMapping("tokenizer") is { } tokenizer ? FileReference.Read(tokenizer) : null,
            Location = section.Location,
        };
        if (spec.UsdPerMillionPromptTokens is null != spec.UsdPerMillionResponseTokens is null)
            throw new SpecException(
                section.Location,
                "a price for prompts or for responses is missing",
                "give both usd-per-million-prompt-tokens and usd-per-million-response-tokens, or neither"
            );
        if (spec.KeyVariable is { } name && !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new SpecException(
                section.LocationOfValue("key-variable"),
                "'key-variable' is not the name of an environment variable",
                "name the variable that holds the key, never the key itself"
            );
        return spec;
    }

    // A key in an address would stand in every message and manifest.
    private static Uri Base(SpecMapping section, string url) =>
        FileReference.Address(section, url) is { UserInfo: "", Query: "", Fragment: "" } address
            ? address
            : throw new SpecException(
                section.LocationOfValue("url"),
                "'url' holds more than an address",
                "put a key into an environment variable and name it: key-variable"
            );
}
