using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>A server that speaks OpenAI's protocol.</summary>
public sealed record EndpointSpec
{
    /// <summary>The base address, up to and including /v1; null where another teacher of the experiment is served.</summary>
    public required Uri? Url { get; init; }

    /// <summary>The server's name for the model.</summary>
    public required string Model { get; init; }

    /// <summary>Whether prompts are sent as chat messages; else as texts to complete.</summary>
    public required bool Chat { get; init; }

    /// <summary>The environment variable that holds the key; null for a server without one. The key itself stands nowhere.</summary>
    public required string? KeyVariable { get; init; }

    /// <summary>Requests that are under way at a time.</summary>
    public required int Concurrency { get; init; }

    /// <summary>The most requests a minute; null for no limit of ours.</summary>
    public required double? RequestsPerMinute { get; init; }

    /// <summary>The most requests for a text; null for as many as it needs.</summary>
    public required long? Queries { get; init; }

    /// <summary>How long one request may take.</summary>
    public required double TimeoutSeconds { get; init; }

    /// <summary>How many alternatives to each token the server gives with their log-probabilities; 0 for none.</summary>
    public required int TopLogprobs { get; init; }

    /// <summary>Whether the server writes tokens as their numbers when asked to (return_tokens_as_token_ids), and so leaves no doubt which they are.</summary>
    public required bool TokensAsIds { get; init; }

    /// <summary>Dollars for a million tokens of prompts; null where nobody says.</summary>
    public required double? UsdPerMillionPromptTokens { get; init; }

    /// <summary>Dollars for a million tokens of responses; null where nobody says.</summary>
    public required double? UsdPerMillionResponseTokens { get; init; }

    /// <summary>The model's tokenizer, where tasks are not spelt in characters.</summary>
    public required FileReference? Tokenizer { get; init; }

    /// <summary>Where it stands in the file.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>What a response depends on, apart from the server's model.</summary>
    public Inputs Inputs => new() { { "api", Chat ? "chat" : "completions" }, { "tokens-as-ids", TokensAsIds } };
}
