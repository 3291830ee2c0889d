using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Text.Json;
using Bench.Lab.Text;
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

    /// <summary>In seconds: a server that asks for more is asked again all the same.</summary>
    private const double LongestWait = 3600;

    private readonly EndpointSpec spec;
    private readonly Uri address;
    private readonly string? key;
    private readonly ClientPipeline pipeline;
    private readonly ResiliencePipeline<EndpointReply> patience;
    private readonly EndpointReplies replies;
    private readonly TimeProvider clock;
    private readonly Lock pace = new();
    private DateTimeOffset nextStart;

    /// <param name="spec">The server.</param>
    /// <param name="address">Its base address.</param>
    /// <param name="key">Its bearer token; null for none.</param>
    /// <param name="tokenizer">The model's.</param>
    /// <param name="clock">The time.</param>
    internal EndpointClient(EndpointSpec spec, Uri address, string? key, ITokenizer tokenizer, TimeProvider clock)
    {
        (this.spec, this.address, this.key, this.clock) = (spec, address, key, clock);
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
        replies = new EndpointReplies(spec, address, tokenizer, Clean);
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
            return replies.Read(document.RootElement, question);
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

    // One line, not too long, and never the key, whatever a server repeats.
    private string Clean(string text)
    {
        text = text.ReplaceLineEndings(" ");
        if (key is { Length: > 0 })
            text = text.Replace(key, "***", StringComparison.Ordinal);
        return text.Length > 300 ? text[..300] + "…" : text;
    }
}
