using System.Text.Json;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Specs;

namespace Bench.Lab.Serving;

/// <summary>A request to write, read strictly: what it asks for and is not done here is refused by its name.</summary>
internal sealed record CompletionRequest
{
    private const int MostChoices = 128;

    // Fields that say nothing about the text, or nothing at the only value that is taken.
    private static readonly HashSet<string> Ignored =
    [
        "user",
        "metadata",
        "store",
        "service_tier",
        "model",
        "messages",
        "prompt",
    ];

    private static readonly Dictionary<string, Func<JsonElement, bool>> Neutral = new(StringComparer.Ordinal)
    {
        ["frequency_penalty"] = value => value.GetDouble() == 0,
        ["presence_penalty"] = value => value.GetDouble() == 0,
        ["logit_bias"] = value => !value.EnumerateObject().Any(),
        ["response_format"] = value => value.GetProperty("type").GetString() == "text",
        ["tools"] = value => value.GetArrayLength() == 0,
        ["tool_choice"] = value => value.ValueKind == JsonValueKind.String && value.GetString() == "none",
        ["parallel_tool_calls"] = _ => true,
        ["echo"] = value => !value.GetBoolean(),
        ["best_of"] = value => value.GetInt32() == 1,
        ["suffix"] = value => value.GetString() is null or "",
    };

    /// <summary>The prompts as tokens: one of a chat, one or several of a completion.</summary>
    internal required IReadOnlyList<int[]> Prompts { get; init; }

    internal required bool Chat { get; init; }

    /// <summary>Choices for each prompt.</summary>
    internal int Count { get; private init; } = 1;

    internal int? Limit { get; private init; }

    internal double Temperature { get; private init; } = 1;

    internal double TopP { get; private init; } = 1;

    internal long? Seed { get; private init; }

    internal IReadOnlyList<string> Stops { get; private init; } = [];

    internal bool Stream { get; private init; }

    /// <summary>Whether a stream ends with the counts of tokens.</summary>
    internal bool StreamUsage { get; private init; }

    /// <summary>How many alternatives to each token are wanted; −1 where no log-probabilities are.</summary>
    internal int Alternatives { get; private init; } = -1;

    /// <summary>Whether the text goes on through the end token, up to its limit.</summary>
    internal bool IgnoreEnd { get; private init; }

    /// <summary>Whether tokens are written as token_id:N.</summary>
    internal bool TokensAsIds { get; private init; }

    /// <exception cref="ServeException">It cannot be answered.</exception>
    internal static CompletionRequest Read(
        JsonElement body,
        bool chat,
        ServeOptions options,
        ITokenizer tokenizer,
        int vocabulary,
        ChatTemplate? template,
        DateOnly today
    )
    {
        if (body.ValueKind != JsonValueKind.Object)
            throw new ServeException(400, "the request must be a JSON object");
        try
        {
            if (
                body.TryGetProperty("model", out var model)
                && model.GetString() is var name
                && name != options.ModelName
            )
                throw new ServeException(
                    404,
                    $"the model '{name}' is not served here; '{options.ModelName}' is",
                    "model"
                );
            var request = new CompletionRequest
            {
                Chat = chat,
                Prompts = chat
                    ? [Conversation(Required(body, "messages"), tokenizer, template, today)]
                    : [.. PromptsOf(Required(body, "prompt"), tokenizer)],
                Limit = chat ? null : 16,
            };
            if (request.Prompts.Any(prompt => prompt.Length == 0))
                throw new ServeException(400, "there is nothing to continue: the prompt is empty", "prompt");
            if (
                request
                    .Prompts.SelectMany(prompt => prompt)
                    .FirstOrDefault(token => token < 0 || token >= vocabulary, -1)
                is var wrong
                    and >= 0
            )
                throw new ServeException(
                    400,
                    $"{wrong} is no token of this model; it has 0 to {vocabulary - 1}",
                    "prompt"
                );
            foreach (var field in body.EnumerateObject().Where(field => field.Value.ValueKind != JsonValueKind.Null))
                request = request.With(field, options);
            if (
                chat
                && request.Alternatives > 0
                && !(body.TryGetProperty("logprobs", out var wanted) && wanted.ValueKind == JsonValueKind.True)
            )
                throw new ServeException(400, "top_logprobs needs logprobs: true", "top_logprobs");
            if (request.Prompts.Count * request.Count > MostChoices)
                throw new ServeException(400, $"at most {MostChoices} choices are written for one request", "n");
            return request;
        }
        catch (Exception error) when (error is InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ServeException(400, $"a field has the wrong type ({error.Message.ReplaceLineEndings(" ")})");
        }
        catch (LabException error)
        {
            throw new ServeException(400, error.Message, chat ? "messages" : "prompt");
        }
    }

    private CompletionRequest With(JsonProperty field, ServeOptions options)
    {
        var value = field.Value;
        int Whole(int low, int high) =>
            value.TryGetInt32(out var number) && number >= low && number <= high
                ? number
                : throw new ServeException(
                    400,
                    $"{field.Name} must be a whole number from {low} to {high}",
                    field.Name
                );
        double Real(double low, double high) =>
            value.GetDouble() is var number && number >= low && number <= high
                ? number
                : throw new ServeException(
                    400,
                    FormattableString.Invariant($"{field.Name} must be from {low} to {high}"),
                    field.Name
                );
        switch (field.Name)
        {
            case "n":
                return this with { Count = Whole(1, MostChoices) };
            case "max_tokens":
            case "max_completion_tokens" when Chat:
                return this with { Limit = Whole(1, options.TokenLimit) };
            case "temperature":
                return this with
                {
                    Temperature = Real(0, 100) is var warmth && warmth < SamplingSpec.Coldest ? 0 : warmth,
                };
            case "top_p":
                return this with { TopP = Real(1e-6, 1) };
            case "seed":
                return this with { Seed = value.GetInt64() };
            case "stop":
                string[] stops =
                    value.ValueKind == JsonValueKind.Array
                        ? [.. value.EnumerateArray().Select(stop => stop.GetString() ?? "")]
                        : [value.GetString()!];
                return stops.Length <= 16 && stops.All(stop => stop.Length is > 0 and <= 1000)
                    ? this with
                    {
                        Stops = stops,
                    }
                    : throw new ServeException(400, "stop must be at most 16 texts, none empty", "stop");
            case "stream":
                return this with { Stream = value.GetBoolean() };
            case "stream_options":
                return this with
                {
                    StreamUsage = value.TryGetProperty("include_usage", out var usage) && usage.GetBoolean(),
                };
            case "logprobs" when Chat:
                return value.GetBoolean() ? this with { Alternatives = Math.Max(0, Alternatives) } : this;
            case "logprobs":
            case "top_logprobs" when Chat:
                return this with { Alternatives = Whole(0, options.TopLogprobs) };
            case "ignore_eos":
                return this with { IgnoreEnd = value.GetBoolean() };
            case "return_tokens_as_token_ids":
                return this with { TokensAsIds = value.GetBoolean() };
            default:
                if (
                    Ignored.Contains(field.Name) || (Neutral.TryGetValue(field.Name, out var neutral) && neutral(value))
                )
                    return this;
                throw new ServeException(
                    400,
                    Neutral.ContainsKey(field.Name)
                        ? $"{field.Name} with this value is not known here"
                        : $"there is no parameter '{field.Name}' here",
                    field.Name
                );
        }
    }

    private static JsonElement Required(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : throw new ServeException(400, $"{name} is missing", name);

    // A text, several texts, tokens, or several lists of tokens.
    private static IEnumerable<int[]> PromptsOf(JsonElement prompt, ITokenizer tokenizer)
    {
        if (prompt.ValueKind == JsonValueKind.String)
            return [tokenizer.Start(prompt.GetString()!)];
        if (prompt.GetArrayLength() == 0)
            throw new ServeException(400, "prompt is an empty list", "prompt");
        return prompt[0].ValueKind == JsonValueKind.Number
            ? [Tokens(prompt)]
            : prompt
                .EnumerateArray()
                .Select(entry =>
                    entry.ValueKind == JsonValueKind.String ? tokenizer.Start(entry.GetString()!) : Tokens(entry)
                );
    }

    private static int[] Tokens(JsonElement list) => [.. list.EnumerateArray().Select(token => token.GetInt32())];

    private static int[] Conversation(
        JsonElement messages,
        ITokenizer tokenizer,
        ChatTemplate? template,
        DateOnly today
    )
    {
        if (messages.GetArrayLength() == 0)
            throw new ServeException(400, "messages is an empty list", "messages");
        using var whole = JsonDocument.Parse(
            JsonSerializer.SerializeToUtf8Bytes(messages.EnumerateArray().Select(Joined).ToArray())
        );
        if (template is not null)
        {
            using var prompted = JsonDocument.Parse("true");
            return tokenizer.Encode(
                template.Render(whole.RootElement, [("add_generation_prompt", prompted.RootElement)], today)
            );
        }

        return messages.GetArrayLength() == 1
            ? tokenizer.Start(
                whole.RootElement[0].GetProperty("content").GetString()
                    ?? throw new ServeException(400, "a message's content is null", "messages")
            )
            : throw new ServeException(
                400,
                "this model has no chat template: send a single message, or a prompt to /v1/completions",
                "messages"
            );
    }

    // A message's content is a text, or a list of parts of which each is one.
    private static Dictionary<string, object?> Joined(JsonElement message)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var field in message.EnumerateObject())
            fields[field.Name] = field.Value;
        if (!message.TryGetProperty("role", out _))
            throw new ServeException(400, "a message has no role", "messages");
        if (!message.TryGetProperty("content", out var content))
            throw new ServeException(400, "a message has no content", "messages");
        if (content.ValueKind != JsonValueKind.Array)
            return fields;
        fields["content"] = string.Concat(
            content
                .EnumerateArray()
                .Select(part =>
                    part.GetProperty("type").GetString() == "text"
                        ? part.GetProperty("text").GetString()
                        : throw new ServeException(
                            400,
                            $"content of type {part.GetProperty("type").GetString()} is not known here; text is",
                            "messages"
                        )
                )
        );
        return fields;
    }
}
