using System.Globalization;
using System.Text.Json;
using Bench.Lab.Text;
using Bench.Protocol.Grading;
using Bench.Protocol.Specs;

namespace Bench.Lab.Teachers;

/// <summary>Reads a server's replies: text, counts of tokens and log-probabilities.</summary>
/// <param name="spec">The server.</param>
/// <param name="address">Its base address.</param>
/// <param name="tokenizer">The model's.</param>
/// <param name="clean">Makes one line, without the key, of a server's words.</param>
internal sealed class EndpointReplies(EndpointSpec spec, Uri address, ITokenizer tokenizer, Func<string, string> clean)
{
    private const string IdPrefix = "token_id:";

    private readonly int size = tokenizer.Size;
    private readonly Dictionary<string, int> tokens =
        spec.TokensAsIds || spec.TopLogprobs == 0 ? [] : Spellings(tokenizer);

    /// <exception cref="EndpointException">The reply is no answer to the question.</exception>
    internal EndpointReply Read(JsonElement root, EndpointQuestion question)
    {
        // Servers may say more exactly which version they are, but not that they are another.
        if (
            root.TryGetProperty("model", out var named)
            && named.GetString() is { } model
            && !model.StartsWith(spec.Model, StringComparison.Ordinal)
        )
            throw new EndpointException(
                $"{address}: it answered as '{clean(model)}', not as '{spec.Model}'",
                mayRecover: false
            );
        var choice = root.GetProperty("choices")[0];
        var finish = choice.GetProperty("finish_reason").GetString();
        if (finish is not ("stop" or "length"))
            throw new EndpointException(
                $"{address}: a response ended by {clean(finish ?? "nothing")}, not by its end or its limit",
                mayRecover: false
            );
        var text = spec.Chat
            ? Spoken(choice.GetProperty("message"))
            : choice.GetProperty("text").GetString() ?? throw new FormatException("a text that is null");
        var (prompt, response) =
            root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
                ? (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32())
                : (0, 0);
        var reply = new EndpointReply(
            Text: text,
            Ended: finish == "stop",
            PromptTokens: prompt,
            ResponseTokens: response,
            Tokens: null,
            Alternatives: []
        );
        if (question.Alternatives == 0 && !spec.TokensAsIds)
            return reply;
        return WithLikelihoods(reply, choice, question);
    }

    private EndpointReply WithLikelihoods(EndpointReply reply, JsonElement choice, EndpointQuestion question)
    {
        if (!choice.TryGetProperty("logprobs", out var likelihoods) || likelihoods.ValueKind != JsonValueKind.Object)
            throw new EndpointException(
                $"{address}: it gave no log-probabilities, which were asked for; set top-logprobs: 0 if it never does",
                mayRecover: true
            );
        var told = (spec.Chat ? ChatLikelihoods(likelihoods) : TextLikelihoods(likelihoods)).ToArray();
        if (told.FirstOrDefault(entry => entry.Others.Length < question.Alternatives) is { Name: not null } few)
            throw new EndpointException(
                $"{address}: it gave {few.Others.Length} log-probabilities where {question.Alternatives} were asked "
                    + $"for; lower top-logprobs and k",
                mayRecover: true
            );
        return reply with
        {
            Tokens =
            [
                .. told.Select(entry =>
                    TokenOf(entry.Name)
                    ?? throw new EndpointException(
                        $"{address}: its token '{clean(entry.Name)}' is none of the tokenizer's; give the model's "
                            + $"own tokenizer, or tokens-as-ids: true",
                        mayRecover: false
                    )
                ),
            ],
            // Tokens that the tokenizer cannot name are part of the rest.
            Alternatives =
            [
                .. told.Select(entry =>
                    entry
                        .Others.Select(other => (Token: TokenOf(other.Name), other.Value))
                        .Where(other => other.Token is not null)
                        .Select(other => (other.Token!.Value, (float)Math.Exp(other.Value)))
                        .OrderByDescending(other => other.Item2)
                        .ToArray()
                ),
            ],
        };
    }

    // Some servers keep the reasoning apart from the answer.
    private static string Spoken(JsonElement message)
    {
        var content = message.GetProperty("content").GetString() ?? "";
        foreach (var name in (string[])["reasoning_content", "reasoning"])
        {
            if (
                message.TryGetProperty(name, out var reasoning)
                && reasoning.ValueKind == JsonValueKind.String
                && reasoning.GetString()!.Length > 0
            )
                return Answers.WithReasoning(reasoning.GetString()!, content);
        }

        return content;
    }

    private static IEnumerable<(string Name, (string Name, double Value)[] Others)> ChatLikelihoods(
        JsonElement likelihoods
    ) =>
        likelihoods
            .GetProperty("content")
            .EnumerateArray()
            .Select(entry =>
                (
                    entry.GetProperty("token").GetString()!,
                    entry
                        .GetProperty("top_logprobs")
                        .EnumerateArray()
                        .Select(other =>
                            (other.GetProperty("token").GetString()!, other.GetProperty("logprob").GetDouble())
                        )
                        .ToArray()
                )
            );

    private static IEnumerable<(string Name, (string Name, double Value)[] Others)> TextLikelihoods(
        JsonElement likelihoods
    )
    {
        var others =
            likelihoods.TryGetProperty("top_logprobs", out var top) && top.ValueKind == JsonValueKind.Array
                ? top.EnumerateArray().ToArray()
                : [];
        return likelihoods
            .GetProperty("tokens")
            .EnumerateArray()
            .Select(
                (token, i) =>
                    (
                        token.GetString()!,
                        i < others.Length && others[i].ValueKind == JsonValueKind.Object
                            ? others[i]
                                .EnumerateObject()
                                .Select(other => (other.Name, other.Value.GetDouble()))
                                .ToArray()
                            : []
                    )
            );
    }

    private int? TokenOf(string? name)
    {
        if (name is null)
            throw new FormatException("a token that is null");
        if (!spec.TokensAsIds)
            return tokens.TryGetValue(name, out var token) ? token : null;
        return
            name.StartsWith(IdPrefix, StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(IdPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            && id < size
            ? id
            : null;
    }

    // Tokens by what they spell, where that is a whole text and no other token's.
    private static Dictionary<string, int> Spellings(ITokenizer tokenizer) =>
        Enumerable
            .Range(0, tokenizer.Size)
            .Select(token => (Token: token, Text: tokenizer.Decode([token])))
            .Where(entry => entry.Text.Length > 0 && !entry.Text.Contains('\uFFFD'))
            .GroupBy(entry => entry.Text, StringComparer.Ordinal)
            .Where(group => group.Count() == 1)
            .ToDictionary(group => group.Key, group => group.First().Token, StringComparer.Ordinal);
}
