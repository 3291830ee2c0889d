using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Serving;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Seeds;

namespace Bench.EndToEnd.Lab;

/// <summary>A model behind OpenAI's protocol, asked over HTTP.</summary>
public sealed class ServeTests : IAsyncDisposable
{
    private readonly Bench.Lab.Models.Decoder model = Models.Make(
        Models.Plain with
        {
            Vocabulary = new ByteTokenizer().Size,
        },
        Compute.Cpu
    );
    private readonly ITokenizer tokenizer = new ByteTokenizer();
    private readonly HttpClient http = new();
    private ModelServer? server;

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (server is not null)
            await server.DisposeAsync();
        model.Dispose();
    }

    private async Task Serve(ServeOptions? options = null) =>
        server = await ModelServer.Start(
            model,
            tokenizer,
            null,
            options ?? new ServeOptions { ModelName = "tiny" },
            TimeProvider.System
        );

    private async Task<HttpResponseMessage> Send(string path, string json) =>
        await http.PostAsync(
            new Uri($"{server!.Address}/{path}"),
            new StringContent(json, Encoding.UTF8, "application/json")
        );

    private async Task<JsonElement> Ask(string path, string json)
    {
        using var response = await Send(path, json);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        return JsonDocument.Parse(text).RootElement;
    }

    private async Task<(int Status, string Message, string? Parameter)> Refused(string path, string json)
    {
        using var response = await Send(path, json);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        return (
            (int)response.StatusCode,
            error.GetProperty("message").GetString()!,
            error.GetProperty("param").GetString()
        );
    }

    private async Task<JsonElement[]> Streamed(string path, string json)
    {
        using var response = await Send(path, json);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        var events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.All(events, line => Assert.StartsWith("data: ", line, StringComparison.Ordinal));
        Assert.Equal("data: [DONE]", events[^1]);
        return [.. events[..^1].Select(line => JsonDocument.Parse(line[6..]).RootElement)];
    }

    private int[] Written(string prompt, int limit, double temperature = 0, ulong seed = 0)
    {
        // The stream sample/0 of no seed has a given state: a model that writes alone takes it from a request's seed.
        var draws = new RandomStream(seed);
        var (ids, all) = (tokenizer.Start(prompt), new List<int>());
        using var quiet = TorchSharp.torch.no_grad();
        using var decoding = model.Begin(1, ids.Length + limit);
        for (var fed = ids; all.Count < limit && (all.Count == 0 || all[^1] != tokenizer.End); fed = [all[^1]])
        {
            using var scope = TorchSharp.torch.NewDisposeScope();
            var logits = decoding.Next(Models.Ids(fed));
            all.Add(
                temperature == 0
                    ? (int)logits.argmax(1).contiguous().Longs()[0]
                    : TextGenerator.Draw((logits / temperature).softmax(1).contiguous().Floats(), 1, draws)
            );
        }

        return [.. all];
    }

    private static string Text(JsonElement answer, int choice = 0) =>
        answer.GetProperty("choices")[choice] is var one && one.TryGetProperty("text", out var text)
            ? text.GetString()!
            : one.GetProperty("message").GetProperty("content").GetString()!;

    [Fact]
    public async Task A_completion_is_what_the_model_writes_with_its_log_probabilities_and_its_counts()
    {
        await Serve();
        var expected = Written("hello", 12);
        var answer = await Ask(
            "completions",
            """
            {"model": "tiny", "prompt": "hello", "max_tokens": 12, "temperature": 0, "logprobs": 3,
                "return_tokens_as_token_ids": true}
            """
        );
        var choice = answer.GetProperty("choices")[0];
        var tokens = choice
            .GetProperty("logprobs")
            .GetProperty("tokens")
            .EnumerateArray()
            .Select(token => int.Parse(token.GetString()!["token_id:".Length..]))
            .ToArray();
        Assert.Equal(expected, tokens);
        Assert.Equal(tokenizer.Decode(expected), Text(answer));
        Assert.Equal(
            expected[^1] == tokenizer.End ? "stop" : "length",
            choice.GetProperty("finish_reason").GetString()
        );
        Assert.Equal("text_completion", answer.GetProperty("object").GetString());
        var usage = answer.GetProperty("usage");
        Assert.Equal(
            (6, expected.Length, 6 + expected.Length),
            (
                usage.GetProperty("prompt_tokens").GetInt32(),
                usage.GetProperty("completion_tokens").GetInt32(),
                usage.GetProperty("total_tokens").GetInt32()
            )
        );
        var read = Likelihood.Of(model, [.. tokenizer.Start("hello"), .. expected]).LogProbabilities.Skip(5);
        Assert.All(
            read.Zip(choice.GetProperty("logprobs").GetProperty("token_logprobs").EnumerateArray()),
            pair => Assert.Equal(pair.First, pair.Second.GetDouble(), 1e-4)
        );
        Assert.All(
            choice.GetProperty("logprobs").GetProperty("top_logprobs").EnumerateArray(),
            top => Assert.Equal(3, top.EnumerateObject().Count())
        );
        // The most likely token is the greedy one.
        Assert.Equal(
            tokens,
            choice
                .GetProperty("logprobs")
                .GetProperty("top_logprobs")
                .EnumerateArray()
                .Select(top =>
                    int.Parse(top.EnumerateObject().MaxBy(other => other.Value.GetDouble()).Name["token_id:".Length..])
                )
        );
    }

    [Fact]
    public async Task A_chat_says_the_same_whole_and_in_chunks_and_a_seed_says_it_again()
    {
        await Serve();
        const string Body = """
            "messages": [{"role": "user", "content": [{"type": "text", "text": "he"}, {"type": "text",
                "text": "llo"}]}], "max_tokens": 20, "seed": -42, "logprobs": true, "top_logprobs": 2
            """;
        var whole = await Ask("chat/completions", "{" + Body + "}");
        Assert.Equal(tokenizer.Decode(Written("hello", 20, 1, unchecked((ulong)-42L))), Text(whole));
        Assert.Equal("chat.completion", whole.GetProperty("object").GetString());
        Assert.Equal(Text(whole), Text(await Ask("chat/completions", "{" + Body + "}")));
        var chunks = await Streamed(
            "chat/completions",
            "{" + Body + """, "stream": true, "stream_options": {"include_usage": true} }"""
        );
        Assert.Equal(
            "assistant",
            chunks[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("role").GetString()
        );
        var deltas = chunks
            .Where(chunk => chunk.GetProperty("choices").GetArrayLength() > 0)
            .Select(chunk => chunk.GetProperty("choices")[0])
            .ToArray();
        Assert.Equal(
            Text(whole),
            string.Concat(
                deltas.Select(choice =>
                    choice.GetProperty("delta").TryGetProperty("content", out var text) ? text.GetString() : ""
                )
            )
        );
        Assert.Equal(
            whole.GetProperty("choices")[0].GetProperty("finish_reason").GetString(),
            deltas[^1].GetProperty("finish_reason").GetString()
        );
        static IEnumerable<double> Likelihoods(JsonElement choice) =>
            choice.GetProperty("logprobs") is { ValueKind: JsonValueKind.Object } told
                ? told.GetProperty("content").EnumerateArray().Select(entry => entry.GetProperty("logprob").GetDouble())
                : [];
        Assert.Equal(Likelihoods(whole.GetProperty("choices")[0]), deltas.SelectMany(Likelihoods));
        Assert.Equal(
            whole.GetProperty("usage").GetProperty("total_tokens").GetInt32(),
            chunks[^1].GetProperty("usage").GetProperty("total_tokens").GetInt32()
        );
    }

    [Fact]
    public async Task A_stop_sequence_ends_the_text_before_itself_whole_and_in_chunks()
    {
        await Serve();
        var text = tokenizer.Decode(Written("stop me", 40));
        // Two characters from the middle, where they stand for the first time.
        var at = Enumerable.Range(5, 20).First(i => text.IndexOf(text.Substring(i, 2), StringComparison.Ordinal) == i);
        var body = JsonSerializer.Serialize(
            new
            {
                prompt = "stop me",
                max_tokens = 40,
                temperature = 0,
                stop = new[] { "never in here", text.Substring(at, 2) },
            }
        );
        var answer = await Ask("completions", body);
        Assert.Equal(text[..at], Text(answer));
        Assert.Equal("stop", answer.GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        var chunks = await Streamed("completions", body[..^1] + ", \"stream\": true}");
        Assert.Equal(
            text[..at],
            string.Concat(chunks.Select(chunk => chunk.GetProperty("choices")[0].GetProperty("text").GetString()))
        );
    }

    [Fact]
    public async Task Requests_that_come_together_are_answered_as_if_each_came_alone()
    {
        await Serve();
        var prompts = Enumerable.Range(0, 40).Select(i => new string((char)('a' + i % 26), 1 + i % 3)).ToArray();
        var answers = await Task.WhenAll(
            prompts.Select(
                (prompt, i) =>
                    Ask(
                        "completions",
                        JsonSerializer.Serialize(
                            new
                            {
                                prompt,
                                max_tokens = 5 + i % 7,
                                temperature = i % 2,
                                seed = i,
                            }
                        )
                    )
            )
        );
        for (var i = 0; i < prompts.Length; i++)
            Assert.Equal(tokenizer.Decode(Written(prompts[i], 5 + i % 7, i % 2, (ulong)i)), Text(answers[i]));
        var several = await Ask("completions", """{"prompt": ["ab", [0, 101]], "n": 2, "max_tokens": 4, "seed": 5}""");
        Assert.Equal(4, several.GetProperty("choices").GetArrayLength());
        Assert.Equal(tokenizer.Decode(Written("ab", 4, 1, 5)), Text(several));
        Assert.NotEqual(Text(several), Text(several, 1));
    }

    [Fact]
    public async Task What_cannot_be_answered_is_refused_by_its_name()
    {
        await Serve(
            new ServeOptions
            {
                ModelName = "tiny",
                LargestBody = 2000,
                Concurrency = 4,
                TokenLimit = 100,
            }
        );
        foreach (
            var (path, body, status, says, parameter) in ((string, string, int, string, string?)[])
                [
                    ("completions", "{", 400, "not JSON", null),
                    ("completions", "[]", 400, "must be a JSON object", null),
                    ("completions", "{}", 400, "prompt is missing", "prompt"),
                    (
                        "completions",
                        """{"prompt": "a", "model": "huge"}""",
                        404,
                        "the model 'huge' is not served here; 'tiny' is",
                        "model"
                    ),
                    (
                        "completions",
                        """{"prompt": "a", "temprature": 1}""",
                        400,
                        "there is no parameter 'temprature' here",
                        "temprature"
                    ),
                    (
                        "completions",
                        """{"prompt": "a", "temperature": -1}""",
                        400,
                        "temperature must be from 0 to 100",
                        "temperature"
                    ),
                    (
                        "completions",
                        """{"prompt": "a", "max_tokens": 101}""",
                        400,
                        "max_tokens must be a whole number from 1 to 100",
                        "max_tokens"
                    ),
                    (
                        "completions",
                        """{"prompt": "a", "max_tokens": "many"}""",
                        400,
                        "a field has the wrong type",
                        null
                    ),
                    (
                        "completions",
                        """{"prompt": "a", "logit_bias": {"5": 1}}""",
                        400,
                        "logit_bias with this value is not known here",
                        "logit_bias"
                    ),
                    ("completions", """{"prompt": [5, 260]}""", 400, "260 is no token of this model", "prompt"),
                    ("completions", """{"prompt": "a", "n": 5}""", 429, "4 choices are under way already", null),
                    (
                        "completions",
                        """{"prompt": "a", "stop": ""}""",
                        400,
                        "stop must be at most 16 texts, none empty",
                        "stop"
                    ),
                    ("completions", $$"""{"prompt": "{{new string('a', 3000)}}"}""", 413, "2000 bytes", null),
                    ("chat/completions", """{"messages": []}""", 400, "empty list", "messages"),
                    ("chat/completions", """{"messages": [{"role": "user"}]}""", 400, "no content", "messages"),
                    (
                        "chat/completions",
                        """{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}""",
                        400,
                        "no chat template",
                        "messages"
                    ),
                    (
                        "chat/completions",
                        """{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}""",
                        400,
                        "content of type image_url",
                        "messages"
                    ),
                    (
                        "chat/completions",
                        """{"messages": [{"role": "user", "content": "a"}], "top_logprobs": 2}""",
                        400,
                        "needs logprobs: true",
                        "top_logprobs"
                    ),
                    ("embeddings", "{}", 404, "there is no POST /v1/embeddings here", null),
                ]
        )
        {
            var refusal = await Refused(path, body);
            Assert.Equal((status, parameter), (refusal.Status, refusal.Parameter));
            Assert.Contains(says, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(
            4,
            (await Ask("completions", """{"prompt": "a", "n": 4, "max_tokens": 1}"""))
                .GetProperty("choices")
                .GetArrayLength()
        );
    }

    [Fact]
    public async Task A_server_with_a_token_answers_nobody_without_it()
    {
        await Serve(new ServeOptions { ModelName = "tiny", Token = "s3cret" });
        Assert.Equal(401, (await Refused("completions", """{"prompt": "a"}""")).Status);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "s3cret!");
        Assert.Equal(401, (await Refused("completions", """{"prompt": "a"}""")).Status);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "s3cret");
        await Ask("completions", """{"prompt": "a"}""");
        using var models = await http.GetAsync(new Uri($"{server!.Address}/models"));
        Assert.Equal(
            "tiny",
            JsonDocument
                .Parse(await models.Content.ReadAsStringAsync())
                .RootElement.GetProperty("data")[0]
                .GetProperty("id")
                .GetString()
        );
    }

    [Fact]
    public async Task A_long_prompt_is_read_in_parts_as_if_it_were_read_whole_and_too_long_a_one_is_refused()
    {
        await Serve(new ServeOptions { ModelName = "tiny", LongestText = 5000 });
        var prompt = new string('x', 4900);
        var long_ = Ask(
            "completions",
            JsonSerializer.Serialize(
                new
                {
                    prompt,
                    max_tokens = 6,
                    temperature = 0,
                }
            )
        );
        // Meanwhile others are answered.
        var short_ = await Ask("completions", """{"prompt": "a", "max_tokens": 2, "temperature": 0}""");
        Assert.Equal(tokenizer.Decode(Written("a", 2)), Text(short_));
        Assert.Equal(tokenizer.Decode(Written(prompt, 6)), Text(await long_));
        Assert.Contains(
            "there is room for 5000 with the response",
            (await Refused("completions", JsonSerializer.Serialize(new { prompt = prompt + prompt }))).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_one_request_brings_leaves_the_others_their_server()
    {
        await Serve(
            new ServeOptions
            {
                ModelName = "tiny",
                LongestText = int.MaxValue,
                TokenLimit = int.MaxValue,
            }
        );
        // More memory than there is.
        var refusal = await Refused("completions", $$"""{"prompt": "a", "max_tokens": {{int.MaxValue - 8}}}""");
        Assert.Equal(500, refusal.Status);
        foreach (
            var (path, body) in ((string, string)[])
                [
                    ("completions", """{"prompt": "a", "stop": [null]}"""),
                    ("chat/completions", """{"messages": [{"role": "user", "content": null}]}"""),
                    ("chat/completions", """{"messages": [{"role": "user", "role": "user", "content": 5}]}"""),
                    ("completions", """{"prompt": null}"""),
                    ("completions", """{"prompt": "\ud800"}"""),
                ]
        )
            Assert.InRange((await Refused(path, body)).Status, 400, 499);
        await Ask("completions", """{"prompt": "a", "max_tokens": 2, "temperature": 1e-300}""");
        await Ask("completions", """{"prompt": "a", "suffix": null, "max_tokens": 2}""");
    }

    [Fact]
    public async Task A_character_of_two_halves_comes_whole_however_a_stop_sequence_holds_it_back()
    {
        var emoji = new EmojiTokenizer();
        await using var smiling = await ModelServer.Start(
            model,
            emoji,
            null,
            new ServeOptions { ModelName = "tiny" },
            TimeProvider.System
        );
        using var response = await http.PostAsync(
            new Uri($"{smiling.Address}/completions"),
            new StringContent(
                """{"prompt": "a", "max_tokens": 9, "stop": "zz", "stream": true}""",
                Encoding.UTF8,
                "application/json"
            )
        );
        var text = string.Concat(
            (await response.Content.ReadAsStringAsync())
                .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)[..^1]
                .Select(line =>
                    JsonDocument.Parse(line[6..]).RootElement.GetProperty("choices")[0].GetProperty("text").GetString()
                )
        );
        Assert.Equal(string.Concat(Enumerable.Repeat("\U0001F600", 9)), text);
    }

    /// <summary>Whatever is written, it is a smile.</summary>
    private sealed class EmojiTokenizer : ITokenizer
    {
        public int Size => 260;

        public int? Begin => null;

        public int End => -1;

        public int[] Encode(string text) => [5];

        public string Decode(IReadOnlyList<int> tokens) => string.Concat(Enumerable.Repeat("\U0001F600", tokens.Count));

        public void Save(string folder) => throw new NotSupportedException();
    }
}
