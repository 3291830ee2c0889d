using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>A server that speaks OpenAI's protocol.</summary>
public sealed record EndpointSpec
{
    /// <summary>
    /// The base address, up to and including /v1; null where another teacher of the experiment is served.
    /// </summary>
    [Key("url", "the server's base address, up to and including /v1")]
    public required Uri? Url { get; init; }

    /// <summary>The server's name for the model.</summary>
    [Key("model", "the server's name for the model")]
    public required string Model { get; init; }

    /// <summary>Whether prompts are sent as chat messages; else as texts to complete.</summary>
    public required bool Chat { get; init; }

    /// <summary>
    /// The environment variable that holds the key; null for a server without one. The key itself stands nowhere.
    /// </summary>
    [Key("key-variable", "the environment variable that holds the key")]
    public required string? KeyVariable { get; init; }

    /// <summary>Requests that are under way at a time.</summary>
    [Key("concurrency", "requests that are under way at a time", Low = 1, High = 1024, Default = "4")]
    public required int Concurrency { get; init; }

    /// <summary>The most requests a minute; null for no limit of ours.</summary>
    [Key("requests-per-minute", "the most requests a minute", Low = 0.01, High = 1e9)]
    public required double? RequestsPerMinute { get; init; }

    /// <summary>The most requests for a text; null for as many as it needs.</summary>
    [Key("queries", "the most requests for a text", Low = 1, High = 1L << 53)]
    public required long? Queries { get; init; }

    /// <summary>How long one request may take.</summary>
    [Key("timeout-seconds", "how long one request may take", Low = 0.01, High = 86_400, Default = "600")]
    public required double TimeoutSeconds { get; init; }

    /// <summary>
    /// How many alternatives to each token the server gives with their log-probabilities; 0 for none.
    /// </summary>
    [Key(
        "top-logprobs",
        "alternatives that the server gives at each token, with their log-probabilities",
        Low = 0,
        High = 4096,
        Default = "20"
    )]
    public required int TopLogprobs { get; init; }

    /// <summary>
    /// Whether the server writes tokens as their numbers when asked to (return_tokens_as_token_ids), and so leaves no
    /// doubt which they are.
    /// </summary>
    [Key("tokens-as-ids", "whether the server writes tokens as their numbers when asked to")]
    public required bool TokensAsIds { get; init; }

    /// <summary>Dollars for a million tokens of prompts; null where nobody says.</summary>
    [Key("usd-per-million-prompt-tokens", "price of a million tokens of prompts", Low = 0, High = 1e6)]
    public required double? UsdPerMillionPromptTokens { get; init; }

    /// <summary>Dollars for a million tokens of responses; null where nobody says.</summary>
    [Key("usd-per-million-response-tokens", "price of a million tokens of responses", Low = 0, High = 1e6)]
    public required double? UsdPerMillionResponseTokens { get; init; }

    /// <summary>The model's tokenizer, where tasks are not spelt in characters.</summary>
    [Key("tokenizer", "the model's tokenizer, where tasks are words")]
    public required FileReference? Tokenizer { get; init; }

    /// <summary>Where it stands in the file.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>The inputs of a response, apart from the server's model.</summary>
    public Inputs Responses => new() { { "api", Chat ? "chat" : "completions" }, { "tokens-as-ids", TokensAsIds } };
}
