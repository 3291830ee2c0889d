using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using Bench.Lab.Text;
using Bench.Protocol.Grading;
using Bench.Protocol.Specs;
using OpenAI;
using Polly;
using Polly.Retry;

namespace Bench.Lab.Teachers;

/// <summary>
/// Asks a server that speaks OpenAI's protocol, again and more slowly where it may recover, and never faster than it is
/// allowed to.
/// </summary>
internal sealed class EndpointClient
{
    private const int Attempts = 8;
    private const string IdPrefix = "token_id:";

    /// <summary>In seconds: a server that asks for more is asked again all the same.</summary>
    private const double LongestWait = 3600;

    private readonly EndpointSpec spec;
    private readonly Uri address;
    private readonly string? key;
    private readonly ClientPipeline pipeline;
    private readonly ResiliencePipeline<EndpointReply> patience;
    private readonly Dictionary<string, int> tokens;
    private readonly int size;
    private readonly TimeProvider clock;
    private readonly Lock pace = new();
    private DateTimeOffset nextStart;

    /// <param name="spec">The server.</param>
    /// <param name="address">Its base address.</param>
    /// <param name="key">What it asks for as a bearer token; null for nothing.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="clock">The time.</param>
    internal EndpointClient(EndpointSpec spec, Uri address, string? key, ITokenizer tokenizer, TimeProvider clock)
    {
        (this.spec, this.address, this.key, this.clock, size) = (spec, address, key, clock, tokenizer.Size);
        pipeline = new OpenAIClient(
            new ApiKeyCredential(key ?? "none"),
            new OpenAIClientOptions
            {
                Endpoint = address,
                RetryPolicy = new ClientRetryPolicy(0),
                NetworkTimeout = Timeout.InfiniteTimeSpan,
            }
        ).Pipeline;
        patience = new ResiliencePipelineBuilder<EndpointReply> { TimeProvider = clock }
            .AddRetry(
                new RetryStrategyOptions<EndpointReply>
                {
                    ShouldHandle = new PredicateBuilder<EndpointReply>().Handle<EndpointException>(error =>
                        error.MayRecover
                    ),
                    MaxRetryAttempts = Attempts - 1,
                    BackoffType = DelayBackoffType.Exponential,
                    UseJitter = true,
                    Delay = TimeSpan.FromSeconds(1),
                    MaxDelay = TimeSpan.FromMinutes(1),
                    DelayGenerator = last => ValueTask.FromResult((last.Outcome.Exception as EndpointException)?.Wait),
                }
            )
            .Build();
        tokens = spec.TokensAsIds || spec.TopLogprobs == 0 ? [] : Spellings(tokenizer);
    }

    /// <summary>Asks until there is an answer.</summary>
    /// <exception cref="EndpointException">There is none, and there will be none.</exception>
    internal async Task<EndpointReply> Ask(EndpointQuestion question, CancellationToken cancel)
    {
        try
        {
            return await patience.ExecuteAsync(async token => await Once(question, token), cancel);
        }
        catch (EndpointException error) when (error.MayRecover)
        {
            throw new EndpointException($"{error.Message}, {Attempts} times", mayRecover: true);
        }
    }

    private async Task<EndpointReply> Once(EndpointQuestion question, CancellationToken cancel)
    {
        // Waiting for one's turn is no waiting for an answer.
        await AwaitTurn(cancel);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(spec.TimeoutSeconds), clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        using var message = Message(question, either.Token);
        await Send(message, limit.Token, cancel);
        var response = message.Response!;
        if (response.Status != 200)
            throw Refusal(response);
        response.Headers.TryGetValue("Content-Type", out var type);
        if (type?.Contains("json", StringComparison.OrdinalIgnoreCase) is not true)
            throw new EndpointException(
                $"{address}: it answered {Clean(type ?? "without a type")}, not JSON",
                mayRecover: true
            );
        try
        {
            using var document = JsonDocument.Parse(response.Content.ToMemory());
            return Read(document.RootElement, question);
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or IndexOutOfRangeException
            )
        {
            throw new EndpointException(
                $"{address}: it answered what is no completion ({Clean(error.Message)})",
                mayRecover: true
            );
        }
    }

    private PipelineMessage Message(EndpointQuestion question, CancellationToken cancel)
    {
        var message = pipeline.CreateMessage();
        message.Request.Method = "POST";
        message.Request.Uri = new Uri(address.AbsoluteUri.TrimEnd('/') + "/" + question.Path);
        message.Request.Headers.Set("Content-Type", "application/json");
        message.Request.Content = BinaryContent.Create(BinaryData.FromBytes(question.Body));
        message.Apply(new RequestOptions { CancellationToken = cancel });
        return message;
    }

    private async Task Send(PipelineMessage message, CancellationToken limit, CancellationToken cancel)
    {
        try
        {
            await pipeline.SendAsync(message);
        }
        catch (Exception error)
            when (error is OperationCanceledException
                && limit.IsCancellationRequested
                && !cancel.IsCancellationRequested
            )
        {
            throw new EndpointException(
                FormattableString.Invariant($"{address}: no answer within {spec.TimeoutSeconds} s"),
                mayRecover: true
            );
        }
        catch (Exception error)
            when (error is ClientResultException or HttpRequestException or IOException
                || (error is OperationCanceledException && !cancel.IsCancellationRequested)
            )
        {
            throw new EndpointException($"{address}: {Clean(error.Message)}", mayRecover: true);
        }
    }

    private async Task AwaitTurn(CancellationToken cancel)
    {
        if (spec.RequestsPerMinute is not { } rate)
            return;
        TimeSpan wait;
        lock (pace)
        {
            var now = clock.GetUtcNow();
            wait = nextStart > now ? nextStart - now : TimeSpan.Zero;
            nextStart = now + wait + TimeSpan.FromMinutes(1 / rate);
        }

        await Task.Delay(wait, clock, cancel);
    }

    private EndpointException Refusal(PipelineResponse response)
    {
        var recovers = response.Status is 408 or 409 or 425 or 429 or >= 500;
        return new EndpointException(
            $"{address}: status {response.Status} ({Clean(ReasonOf(response))})",
            recovers,
            recovers ? WaitOf(response) : null
        );
    }

    private static string ReasonOf(PipelineResponse response)
    {
        try
        {
            using var document = JsonDocument.Parse(response.Content.ToMemory());
            return document.RootElement.GetProperty("error").GetProperty("message").GetString()
                ?? response.ReasonPhrase;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return response.ReasonPhrase;
        }
    }

    // In seconds, or as a date.
    private TimeSpan? WaitOf(PipelineResponse response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out var after))
            return null;
        if (double.TryParse(after, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
            return TimeSpan.FromSeconds(Math.Min(seconds, LongestWait));
        return
            DateTimeOffset.TryParse(after, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var until)
            && until > clock.GetUtcNow()
            ? TimeSpan.FromSeconds(Math.Min((until - clock.GetUtcNow()).TotalSeconds, LongestWait))
            : null;
    }

    private EndpointReply Read(JsonElement root, EndpointQuestion question)
    {
        // Servers may say more exactly which version they are, but not that they are another.
        if (
            root.TryGetProperty("model", out var named)
            && named.GetString() is { } model
            && !model.StartsWith(spec.Model, StringComparison.Ordinal)
        )
            throw new EndpointException(
                $"{address}: it answered as '{Clean(model)}', not as '{spec.Model}'",
                mayRecover: false
            );
        var choice = root.GetProperty("choices")[0];
        var finish = choice.GetProperty("finish_reason").GetString();
        if (finish is not ("stop" or "length"))
            throw new EndpointException(
                $"{address}: a response ended by {Clean(finish ?? "nothing")}, not by its end or its limit",
                mayRecover: false
            );
        var text = spec.Chat
            ? Spoken(choice.GetProperty("message"))
            : choice.GetProperty("text").GetString() ?? throw new FormatException("a text that is null");
        var (prompt, response) =
            root.TryGetProperty("usage", out var usage) && usage.ValueKind == JsonValueKind.Object
                ? (usage.GetProperty("prompt_tokens").GetInt32(), usage.GetProperty("completion_tokens").GetInt32())
                : (0, 0);
        var reply = new EndpointReply(text, finish == "stop", prompt, response, null, []);
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
                        $"{address}: its token '{Clean(entry.Name)}' is none of the tokenizer's; give the model's "
                            + $"own tokenizer, or tokens-as-ids: true",
                        mayRecover: false
                    )
                ),
            ],
            // What the tokenizer cannot name is part of the rest.
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

    // One line, not too long, and never the key, whatever a server repeats.
    private string Clean(string text)
    {
        text = text.ReplaceLineEndings(" ");
        if (key is { Length: > 0 })
            text = text.Replace(key, "***", StringComparison.Ordinal);
        return text.Length > 300 ? text[..300] + "…" : text;
    }
}
