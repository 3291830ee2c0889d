using System.Text.Json;
using System.Text.RegularExpressions;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>The content of tokenizer.json, checked as far as that can be done part by part.</summary>
internal sealed record TokenizerJson
{
    private const long LargestFile = 256L << 20;
    private const int LargestToken = 1 << 24;

    internal required IReadOnlyList<AddedToken> Added { get; init; }

    internal required Func<string, string> Normalise { get; init; }

    internal required PreTokenizer PreTokenizer { get; init; }

    internal required BytePairs Model { get; init; }

    internal required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    internal required TokenDecoder Decoder { get; init; }

    /// <summary>Tokens that the post-processor sets before and after one text.</summary>
    internal required (IReadOnlyList<int> Before, IReadOnlyList<int> After) Template { get; init; }

    /// <exception cref="LabException">The file is not a tokenizer that can be used here.</exception>
    internal static TokenizerJson Read(string path)
    {
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new LabException($"{path}: larger than {LargestFile >> 20} MiB is no tokenizer");
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Of(document.RootElement);
        }
        catch (LabException error) when (!error.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new LabException($"{path}: {error.Message}");
        }
        catch (Exception error)
            when (error
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or RegexMatchTimeoutException
                        or ArgumentException
                        or NullReferenceException
                        or IndexOutOfRangeException
            )
        {
            var cause = error is NullReferenceException or ArgumentException
                ? "a value is missing"
                : error.Message.ReplaceLineEndings(" ");
            throw new LabException($"{path}: not a usable tokenizer ({cause})");
        }
    }

    /// <summary>A flag, false or the other where it is missing or null.</summary>
    internal static bool Flag(JsonElement section, string name, bool otherwise = false) =>
        section.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value.GetBoolean()
            : otherwise;

    /// <summary>A pattern: { "Regex": … } or { "String": … }.</summary>
    internal static CodePointPattern Pattern(JsonElement pattern) =>
        pattern.TryGetProperty("Regex", out var regex)
            ? new CodePointPattern(regex.GetString()!)
            : new CodePointPattern(Regex.Escape(pattern.GetProperty("String").GetString()!));

    private static TokenizerJson Of(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("model", out var model))
            throw new LabException("it has no section model");
        var vocabulary = VocabularyOf(model);
        var added = AddedOf(root, vocabulary);
        return new TokenizerJson
        {
            Added = added,
            Normalise = Normaliser(Section(root, "normalizer")),
            PreTokenizer = new PreTokenizer(Section(root, "pre_tokenizer")),
            Model = ModelOf(model, vocabulary),
            Vocabulary = vocabulary,
            Decoder = new TokenDecoder(Section(root, "decoder")),
            Template = TemplateOf(
                Section(root, "post_processor"),
                [.. vocabulary.Values, .. added.Select(token => token.Id)]
            ),
        };
    }

    private static JsonElement? Section(JsonElement root, string name) =>
        root.TryGetProperty(name, out var section) ? section : null;

    private static Dictionary<string, int> VocabularyOf(JsonElement model)
    {
        var type = model.TryGetProperty("type", out var named) ? named.GetString() : "BPE";
        if (type != "BPE")
            throw new LabException($"models of type {type} are not known here; it must be BPE");
        foreach (var unusual in (string[])["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (
                model.TryGetProperty(unusual, out var value)
                && value.ValueKind != JsonValueKind.Null
                && !(value.ValueKind == JsonValueKind.String && value.GetString()!.Length == 0)
            )
                throw new LabException($"a model with {unusual} is not known here");
        }

        var (vocabulary, owners) = (new Dictionary<string, int>(StringComparer.Ordinal), new HashSet<int>());
        foreach (var entry in model.GetProperty("vocab").EnumerateObject())
        {
            var id = Id(entry.Value, entry.Name);
            if (!vocabulary.TryAdd(entry.Name, id))
                throw new LabException($"the token '{entry.Name}' stands twice in the vocabulary");
            if (!owners.Add(id))
                throw new LabException($"two tokens have the number {id}; one is '{entry.Name}'");
        }

        return vocabulary;
    }

    private static int Id(JsonElement value, string token) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var id) && id is >= 0 and < LargestToken
            ? id
            : throw new LabException($"the token '{token}' has the number {value.GetRawText()}");

    private static BytePairs ModelOf(JsonElement model, Dictionary<string, int> vocabulary)
    {
        int? unknown =
            model.TryGetProperty("unk_token", out var named) && named.GetString() is { } spelling
                ? vocabulary.TryGetValue(spelling, out var id)
                    ? id
                    : throw new LabException($"the unknown token '{spelling}' is no token")
                : null;
        return new BytePairs(
            vocabulary,
            model.GetProperty("merges").EnumerateArray().Select(Merge),
            Flag(model, "ignore_merges"),
            Flag(model, "byte_fallback"),
            unknown,
            Flag(model, "fuse_unk")
        );
    }

    // "a b", or ["a", "b"] in newer files.
    private static (string, string) Merge(JsonElement merge)
    {
        string[] parts =
            merge.ValueKind == JsonValueKind.Array
                ? [.. merge.EnumerateArray().Select(part => part.GetString()!)]
                : merge.GetString()!.Split(' ');
        return parts is [{ Length: > 0 } left, { Length: > 0 } right]
            ? (left, right)
            : throw new LabException($"{merge.GetRawText()} is not a merge of two tokens");
    }

    private static IReadOnlyList<AddedToken> AddedOf(JsonElement root, Dictionary<string, int> vocabulary)
    {
        if (Section(root, "added_tokens") is not { ValueKind: JsonValueKind.Array } section)
            return [];
        var (added, owners) = (
            new Dictionary<string, AddedToken>(StringComparer.Ordinal),
            vocabulary.ToDictionary(pair => pair.Value, pair => pair.Key)
        );
        foreach (var entry in section.EnumerateArray())
        {
            var content = entry.GetProperty("content").GetString()!;
            var id = Id(entry.GetProperty("id"), content);
            if (owners.TryGetValue(id, out var owner) && owner != content)
                throw new LabException($"two tokens have the number {id}: '{owner}' and '{content}'");
            if (vocabulary.TryGetValue(content, out var other) && other != id)
                throw new LabException($"the token '{content}' has two numbers, {other} and {id}");
            owners[id] = content;
            if (
                !added.TryAdd(
                    content,
                    new AddedToken(
                        Id: id,
                        Content: content,
                        Special: Flag(entry, "special"),
                        Normalised: Flag(entry, "normalized"),
                        StripLeft: Flag(entry, "lstrip"),
                        StripRight: Flag(entry, "rstrip"),
                        SingleWord: Flag(entry, "single_word")
                    )
                )
            )
                throw new LabException($"the added token '{content}' stands twice");
        }

        return [.. added.Values];
    }

    private static Func<string, string> Normaliser(JsonElement? section)
    {
        if (section is not { ValueKind: JsonValueKind.Object } given)
            return text => text;
        switch (given.GetProperty("type").GetString())
        {
            case "Sequence":
                Func<string, string>[] steps =
                [
                    .. given.GetProperty("normalizers").EnumerateArray().Select(inner => Normaliser(inner)),
                ];
                return text => steps.Aggregate(text, (current, step) => step(current));
            case "NFC":
                return CanonicalComposition.Normalise;
            case "Prepend":
                var start = given.GetProperty("prepend").GetString()!;
                return text => text.Length == 0 ? text : start + text;
            case "Replace":
                var (pattern, content) = (
                    Pattern(given.GetProperty("pattern")),
                    given.GetProperty("content").GetString()!
                );
                return text => pattern.Replace(text, content);
            case var other:
                throw new LabException($"normalizers of type {other} are not known here");
        }
    }

    private static (IReadOnlyList<int> Before, IReadOnlyList<int> After) TemplateOf(
        JsonElement? section,
        HashSet<int> known
    )
    {
        var (before, after) = (new List<int>(), new List<int>());
        void Add(JsonElement processor)
        {
            switch (processor.GetProperty("type").GetString())
            {
                case "ByteLevel":
                    break;
                case "Sequence":
                    foreach (var inner in processor.GetProperty("processors").EnumerateArray())
                        Add(inner);
                    break;
                case "TemplateProcessing":
                    var (tokens, seen) = (processor.GetProperty("special_tokens"), false);
                    foreach (var item in processor.GetProperty("single").EnumerateArray())
                    {
                        if (!item.TryGetProperty("SpecialToken", out var named))
                            seen = true;
                        else
                            (seen ? after : before).AddRange(
                                tokens
                                    .GetProperty(named.GetProperty("id").GetString()!)
                                    .GetProperty("ids")
                                    .EnumerateArray()
                                    .Select(id => id.GetInt32())
                            );
                    }

                    break;
                case var other:
                    throw new LabException($"post-processors of type {other} are not known here");
            }
        }

        if (section is { ValueKind: JsonValueKind.Object } given)
            Add(given);
        return before.Concat(after).FirstOrDefault(id => !known.Contains(id), -1) is var stranger and not -1
            ? throw new LabException($"its post-processor sets the token {stranger}, which is none")
            : (before, after);
    }
}
