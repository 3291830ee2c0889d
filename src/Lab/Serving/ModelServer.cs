using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Bench.Lab.Models;
using Bench.Lab.Text;
using Bench.Protocol.Seeds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Bench.Lab.Serving;

/// <summary>
/// A model behind OpenAI's protocol: GET /v1/models, POST /v1/chat/completions and /v1/completions, with
/// log-probabilities, stop sequences, seeds and streams.
/// </summary>
public sealed class ModelServer : IAsyncDisposable
{
    private readonly ServeOptions options;
    private readonly ILanguageModel model;
    private readonly ITokenizer tokenizer;
    private readonly ChatTemplate? template;
    private readonly TimeProvider clock;
    private readonly Batcher batcher;
    private readonly WebApplication application;
    private int underWay;
    private long served;

    private ModelServer(
        ILanguageModel model,
        ITokenizer tokenizer,
        ChatTemplate? template,
        ServeOptions options,
        TimeProvider clock
    )
    {
        (this.model, this.tokenizer, this.template, this.options, this.clock) = (
            model,
            tokenizer,
            template,
            options,
            clock
        );
        batcher = new Batcher(model, [tokenizer.End, .. tokenizer.OtherEnds]);
        application = Application(options);
        MapRoutes();
    }

    private static WebApplication Application(ServeOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        // Signals are the command's to handle.
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.LargestBody;
            kestrel.Listen(
                options.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(options.Host),
                options.Port
            );
        });
        return builder.Build();
    }

    private void MapRoutes()
    {
        application.MapGet(
            "/health",
            context => Answer(context, () => HttpReplies.Json(context, 200, new { status = "ok" }), guarded: false)
        );
        application.MapGet(
            "/v1/models",
            context =>
                Answer(
                    context,
                    () => HttpReplies.Json(context, 200, new { @object = "list", data = new[] { Described() } })
                )
        );
        application.MapGet(
            "/v1/models/{name}",
            context =>
                Answer(
                    context,
                    () =>
                        (string?)context.Request.RouteValues["name"] == options.ModelName
                            ? HttpReplies.Json(context, 200, Described())
                            : throw new ServeException(
                                404,
                                $"the model '{context.Request.RouteValues["name"]}' is not served here; "
                                    + $"'{options.ModelName}' is",
                                "model"
                            )
                )
        );
        application.MapPost("/v1/chat/completions", context => Answer(context, () => Complete(context, chat: true)));
        application.MapPost("/v1/completions", context => Answer(context, () => Complete(context, chat: false)));
        application.MapFallback(context =>
            Answer(
                context,
                () => throw new ServeException(404, $"there is no {context.Request.Method} {context.Request.Path} here")
            )
        );
    }

    /// <summary>The base address, up to and including /v1.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Starts serving. The model is the caller's to dispose, after the server.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<ModelServer> Start(
        ILanguageModel model,
        ITokenizer tokenizer,
        ChatTemplate? template,
        ServeOptions options,
        TimeProvider clock
    )
    {
        var server = new ModelServer(model, tokenizer, template, options, clock);
        try
        {
            await server.application.StartAsync();
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Address = new Uri(server.application.Urls.First() + "/v1");
        return server;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        batcher.Dispose();
        await application.DisposeAsync();
    }

    private object Described() =>
        new
        {
            id = options.ModelName,
            @object = "model",
            created = 0,
            owned_by = "bench",
        };

    private async Task Answer(HttpContext context, Func<Task> work, bool guarded = true)
    {
        try
        {
            if (guarded && options.Token is { } token && !Knows(context, token))
                throw new ServeException(
                    401,
                    "this server asks for a bearer token, and the request has another or none"
                );
            await work();
        }
        catch (ServeException error)
        {
            await HttpReplies.Refuse(context, error);
        }
        catch (BadHttpRequestException error)
        {
            await HttpReplies.Refuse(
                context,
                new ServeException(
                    error.StatusCode,
                    error.StatusCode == 413 ? $"a request may have {options.LargestBody} bytes" : error.Message
                )
            );
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody listens any more.
        }
        catch (Exception error)
        {
            // Whatever one request brings, the others go on.
            await HttpReplies.Refuse(
                context,
                new ServeException(500, $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")}")
            );
        }
    }

    private static bool Knows(HttpContext context, string token) =>
        CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString())),
            SHA256.HashData(Encoding.UTF8.GetBytes("Bearer " + token))
        );

    private async Task Complete(HttpContext context, bool chat)
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        var request = CompletionRequest.Read(
            await HttpReplies.Body(context),
            chat,
            options,
            tokenizer,
            model.Shape.Vocabulary,
            template,
            today
        );
        var choices = request
            .Prompts.SelectMany(prompt =>
                Enumerable.Range(0, request.Count).Select(choice => ChoiceOf(request, prompt, choice))
            )
            .ToArray();
        if (Interlocked.Add(ref underWay, choices.Length) > options.Concurrency)
        {
            Interlocked.Add(ref underWay, -choices.Length);
            context.Response.Headers.RetryAfter = "1";
            throw new ServeException(429, $"{options.Concurrency} choices are under way already; try again later");
        }

        try
        {
            foreach (var choice in choices)
                batcher.Add(choice);
            var texts = choices.Select(choice => new ChoiceText(tokenizer, choice, request.Stops)).ToArray();
            var id = string.Create(
                CultureInfo.InvariantCulture,
                $"{(chat ? "chatcmpl" : "cmpl")}-{Interlocked.Increment(ref served)}"
            );
            var writer = new CompletionWriter(
                request,
                tokenizer,
                options.ModelName,
                id,
                clock.GetUtcNow().ToUnixTimeSeconds()
            );
            if (request.Stream)
            {
                await HttpReplies.Stream(context, request, writer, texts);
                return;
            }

            await Task.WhenAll(texts.Select(text => text.Finish(context.RequestAborted)));
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(writer.Whole(texts), context.RequestAborted);
        }
        finally
        {
            foreach (var choice in choices)
                choice.Cancel();
            Interlocked.Add(ref underWay, -choices.Length);
        }
    }

    private Choice ChoiceOf(CompletionRequest request, int[] prompt, int index)
    {
        var positions = Math.Min(model.Shape.Context ?? int.MaxValue, options.LongestText);
        var room = positions - prompt.Length;
        if (room < 1)
            throw new ServeException(
                400,
                $"the prompt has {prompt.Length} tokens, and there is room for {positions} with the response",
                request.Chat ? "messages" : "prompt"
            );
        var seed = request.Seed ?? BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
        return new Choice
        {
            Prompt = prompt,
            Limit = Math.Min(request.Limit ?? options.TokenLimit, room),
            Temperature = request.Temperature,
            TopP = request.TopP,
            // The seed is the state itself: whoever knows a stream's state can have it continued here.
            Random = index == 0 ? new RandomStream((ulong)seed) : new Seed(seed).Stream($"choice/{index}"),
            Alternatives = request.Alternatives,
            IgnoreEnd = request.IgnoreEnd,
        };
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
