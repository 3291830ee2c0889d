using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Bench.Protocol.Specs;

namespace Bench.Lab.Teachers;

/// <summary>One request to a server, as the body that is sent.</summary>
/// <param name="Path">Below the base address.</param>
/// <param name="Body">The request.</param>
/// <param name="Alternatives">How many alternatives to each token it asks for.</param>
internal sealed record EndpointQuestion(string Path, byte[] Body, int Alternatives)
{
    /// <summary>The question, in 32 bytes: the key of its answer.</summary>
    internal byte[] Key { get; } = SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes(Path), 0, .. Body]);

    /// <summary>A question.</summary>
    /// <param name="spec">The server.</param>
    /// <param name="text">The prompt as text.</param>
    /// <param name="tokens">The prompt as tokens, for a server that takes them.</param>
    /// <param name="limit">The most new tokens.</param>
    /// <param name="throughEnd">Whether the text goes on through the end token.</param>
    /// <param name="sampling">How it is drawn.</param>
    /// <param name="seed">The state of the stream that it is drawn from.</param>
    /// <param name="alternatives">How many alternatives to each token are wanted.</param>
    internal static EndpointQuestion Of(
        EndpointSpec spec,
        string text,
        IReadOnlyList<int> tokens,
        int limit,
        bool throughEnd,
        SamplingSpec sampling,
        ulong seed,
        int alternatives
    )
    {
        var body = new JsonObject
        {
            ["model"] = spec.Model,
            ["max_tokens"] = limit,
            ["temperature"] = sampling.Temperature,
        };
        if (spec.Chat)
            body["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text });
        else
            body["prompt"] = spec.TokensAsIds
                ? new JsonArray([.. tokens.Select(token => JsonValue.Create(token))])
                : text;
        if (sampling.TopP < 1)
            body["top_p"] = sampling.TopP;
        if (sampling.Temperature > 0)
            body["seed"] = (long)seed;
        if (throughEnd)
            body["ignore_eos"] = true;
        if (alternatives > 0 || spec.TokensAsIds)
        {
            if (spec.Chat)
                (body["logprobs"], body["top_logprobs"]) = (true, alternatives);
            else
                body["logprobs"] = alternatives;
        }

        if (spec.TokensAsIds)
            body["return_tokens_as_token_ids"] = true;
        return new EndpointQuestion(
            spec.Chat ? "chat/completions" : "completions",
            System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()),
            alternatives
        );
    }
}
