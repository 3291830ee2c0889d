using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Bench.Lab.Serving;

/// <summary>Bodies of requests and replies as OpenAI's protocol has them: JSON, errors, streams.</summary>
internal static class HttpReplies
{
    /// <summary>Sends choices piece by piece as they are written, as server-sent events.</summary>
    internal static async Task Stream(
        HttpContext context,
        CompletionRequest request,
        CompletionWriter writer,
        IReadOnlyList<ChoiceText> texts
    )
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        using var turn = new SemaphoreSlim(1);
        async Task Send(ReadOnlyMemory<byte> data)
        {
            await turn.WaitAsync(context.RequestAborted);
            try
            {
                await context.Response.Body.WriteAsync(
                    (byte[])[.. "data: "u8, .. data.Span, .. "\n\n"u8],
                    context.RequestAborted
                );
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
            finally
            {
                turn.Release();
            }
        }

        await Task.WhenAll(
            texts.Select(
                async (text, index) =>
                {
                    if (request.Chat)
                        await Send(writer.Chunk(index, "", [], first: true));
                    var offset = 0;
                    await foreach (var (piece, tokens) in text.Read(context.RequestAborted))
                    {
                        await Send(writer.Chunk(index, piece, tokens, offset));
                        offset += writer.CharactersOf(tokens);
                    }

                    await Send(writer.Chunk(index, null, [], finish: text.FinishReason));
                }
            )
        );
        if (request.StreamUsage)
            await Send(writer.Counts(texts));
        await Send("[DONE]"u8.ToArray());
    }

    /// <summary>Reads a request.</summary>
    /// <exception cref="ServeException">It is not JSON.</exception>
    internal static async Task<JsonElement> Body(HttpContext context)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(
                context.Request.Body,
                new JsonDocumentOptions { MaxDepth = 32 },
                context.RequestAborted
            );
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new ServeException(400, $"the request is not JSON ({error.Message.ReplaceLineEndings(" ")})");
        }
    }

    /// <summary>Answers with an error.</summary>
    internal static Task Refuse(HttpContext context, ServeException error)
    {
        // A stream that has begun can only end.
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        var kind = error.Status switch
        {
            401 => "authentication_error",
            404 => "not_found_error",
            429 => "rate_limit_error",
            >= 500 => "server_error",
            _ => "invalid_request_error",
        };
        return Json(
            context,
            error.Status,
            new
            {
                error = new
                {
                    message = error.Message,
                    type = kind,
                    param = error.Parameter,
                    code = (string?)null,
                },
            }
        );
    }

    /// <summary>Answers with an object.</summary>
    internal static async Task Json(HttpContext context, int status, object value)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(value), context.RequestAborted);
    }
}
