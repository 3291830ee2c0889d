using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bench.Lab.Text;

/// <summary>
/// A tokenizer of Bench's own in Hugging Face's form, for tools that read nothing else: tokenizer.json with byte-pair
/// encoding of which single characters or bytes are the case without merges, and tokenizer_config.json.
/// </summary>
internal sealed record TokenizerExport
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Tokens in their order; one that is spelt as another before it is left out.</summary>
    internal required IReadOnlyList<string> Tokens { get; init; }

    /// <summary>
    /// Tokens that texts hold as they stand, and whether each is silent when tokens are read as text.
    /// </summary>
    internal required IReadOnlyList<(string Token, bool Silent)> Added { get; init; }

    internal required string Begin { get; init; }

    internal required string End { get; init; }

    /// <summary>Pairs of tokens that become one, the first first.</summary>
    internal IReadOnlyList<(string Left, string Right)> Merges { get; init; } = [];

    internal JsonNode? Normaliser { get; init; }

    internal JsonNode? PreTokenizer { get; init; }

    internal required JsonNode Decoder { get; init; }

    /// <summary>Whether what has no token is spelt by the tokens of its bytes, &lt;0x0A&gt;.</summary>
    internal bool ByteFallback { get; init; }

    /// <summary>A section of a type with its settings.</summary>
    internal static JsonObject Section(string type, params (string Name, JsonNode? Value)[] settings)
    {
        var section = new JsonObject { ["type"] = type };
        foreach (var (name, value) in settings)
            section[name] = value;
        return section;
    }

    /// <summary>Several sections, one after the other.</summary>
    internal static JsonObject Sequence(string name, params JsonNode[] sections) =>
        Section("Sequence", (name, new JsonArray(sections)));

    internal void Write(string folder)
    {
        var vocabulary = new JsonObject();
        for (var token = 0; token < Tokens.Count; token++)
            vocabulary.TryAdd(Tokens[token], token);
        int Id(string token) => vocabulary[token]!.GetValue<int>();
        Put(
            folder,
            HuggingFaceTokenizer.FileName,
            new JsonObject
            {
                ["version"] = "1.0",
                ["truncation"] = null,
                ["padding"] = null,
                ["added_tokens"] = new JsonArray([
                    .. Added.Select(token => Entry(Id(token.Token), token.Token, token.Silent)),
                ]),
                ["normalizer"] = Normaliser?.DeepClone(),
                ["pre_tokenizer"] = PreTokenizer?.DeepClone(),
                ["post_processor"] = PostProcessor(Id(Begin)),
                ["decoder"] = Decoder.DeepClone(),
                ["model"] = BytePairModel(vocabulary),
            }
        );
        Put(
            folder,
            HuggingFaceTokenizer.ConfigName,
            new JsonObject
            {
                ["tokenizer_class"] = "PreTrainedTokenizerFast",
                ["bos_token"] = Begin,
                ["eos_token"] = End,
                ["clean_up_tokenization_spaces"] = false,
            }
        );
    }

    private static JsonNode Entry(int id, string content, bool silent) =>
        new JsonObject
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = silent,
        };

    // The begin token stands before a text, and before the first of two.
    private JsonNode PostProcessor(int begin)
    {
        static JsonObject Piece(string kind, string id) =>
            new()
            {
                [kind] = new JsonObject { ["id"] = id, ["type_id"] = 0 },
            };
        return Section(
            "TemplateProcessing",
            ("single", new JsonArray(Piece("SpecialToken", Begin), Piece("Sequence", "A"))),
            ("pair", new JsonArray(Piece("SpecialToken", Begin), Piece("Sequence", "A"), Piece("Sequence", "B"))),
            (
                "special_tokens",
                new JsonObject
                {
                    [Begin] = new JsonObject
                    {
                        ["id"] = Begin,
                        ["ids"] = new JsonArray(begin),
                        ["tokens"] = new JsonArray(Begin),
                    },
                }
            )
        );
    }

    private JsonNode BytePairModel(JsonObject vocabulary) =>
        new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = ByteFallback,
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. Merges.Select(pair => (JsonNode)new JsonArray(pair.Left, pair.Right))]),
        };

    private static void Put(string folder, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(folder, name), content.ToJsonString(Indented) + "\n");
}
