using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Bench.Lab.Models;
using Bench.Lab.Serving;
using Bench.Lab.Teachers;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.EndToEnd.Lab;

/// <summary>A teacher behind a server: a good one, and one that does everything wrong that servers do.</summary>
public sealed class EndpointTests : IDisposable
{
    private static readonly ITokenizer Bytes = new ByteTokenizer();

    private static readonly EndpointSpec Plain = new()
    {
        Url = null,
        Model = "tiny",
        Chat = false,
        KeyVariable = null,
        Concurrency = 8,
        RequestsPerMinute = null,
        Queries = null,
        TimeoutSeconds = 200,
        TopLogprobs = 64,
        TokensAsIds = true,
        UsdPerMillionPromptTokens = null,
        UsdPerMillionResponseTokens = null,
        Tokenizer = null,
        Location = new SourceLocation("experiment.yaml", 1, 1),
    };

    private readonly Scratch scratch = Repository.Scratch();

    public void Dispose() => scratch.Dispose();

    private EndpointTeacher Teacher(
        EndpointSpec spec,
        Uri address,
        ModelShape? shape,
        string? key = null,
        TimeProvider? clock = null,
        string journal = "journal"
    ) =>
        new(
            spec,
            new EndpointClient(spec, address, key, Bytes, clock ?? TimeProvider.System),
            new ExchangeJournal(scratch.File(journal)),
            Bytes,
            shape,
            TimeProvider.System,
            []
        );

    private static int[][] Prompts(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Bytes.Start($"{(char)('a' + i)}{i % 3}"))];

    private static (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        ITeacher teacher,
        int count,
        double temperature = 1
    ) =>
        teacher.Write(
            Prompts(count),
            12,
            Bytes.End,
            new SamplingSpec(temperature),
            new Seed(2),
            ChargeKind.TeacherGeneration
        );

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task What_a_server_writes_with_its_probabilities_is_what_its_model_writes_and_costs_the_same(
        bool chat,
        bool tokensAsIds
    )
    {
        using var model = Models.Make(Models.Plain with { Vocabulary = Bytes.Size }, Compute.Cpu);
        using var local = new LocalTeacher(model, Bytes, TimeProvider.System);
        await using var server = await ModelServer.Start(
            model,
            Bytes,
            null,
            new ServeOptions { ModelName = "tiny" },
            TimeProvider.System
        );
        using var distant = Teacher(Plain with { Chat = chat, TokensAsIds = tokensAsIds }, server.Address, model.Shape);
        var (expected, charge) = Write(local, 20);
        // Bytes that are no text cannot be told but by their numbers.
        if (!tokensAsIds)
        {
            var (told, _) = Write(distant, 20);
            Assert.All(
                expected.Zip(told).Where(pair => pair.First.All(token => token < 132)),
                pair => Assert.Equal(pair.First, pair.Second)
            );
            return;
        }

        var (responses, cost, alternatives) = distant.Converse(
            Prompts(20),
            12,
            Bytes.End,
            new SamplingSpec(1),
            new Seed(2),
            5,
            ChargeKind.TeacherGeneration,
            null
        );
        Assert.Equal(expected, responses);
        Assert.Equal((charge.Tokens, charge.Flops), (cost.Tokens, cost.Flops));
        var sequences = Prompts(20)
            .Zip(responses, (prompt, response) => new Sequence([.. prompt, .. response], prompt.Length))
            .ToArray();
        local.Read(
            sequences,
            ChargeKind.TeacherScoring,
            (index, logits) =>
            {
                var (values, tokens) = logits.softmax(1).topk(5, 1);
                var told = alternatives(index);
                Assert.Equal(
                    tokens.contiguous().Longs().ToArray(),
                    told.SelectMany(entries => entries).Select(entry => (long)entry.Token)
                );
                Assert.All(
                    values.ToArray().Zip(told.SelectMany(entries => entries)),
                    pair => Assert.Equal(pair.First, pair.Second.Probability, 1e-5)
                );
            }
        );
        // Text that runs on through its ends has its full length.
        Assert.All(
            distant.Write(Prompts(4), 30, -1, new SamplingSpec(1), new Seed(2), ChargeKind.TeacherGeneration).Responses,
            response => Assert.Equal(30, response.Length)
        );
    }

    [Fact]
    public void What_goes_wrong_and_recovers_is_asked_again_and_nothing_paid_for_twice()
    {
        using var server = new UnreliableServer(good =>
            [
                (context, _) =>
                {
                    context.Response.StatusCode = 429;
                    context.Response.AddHeader("Retry-After", "1");
                },
                (context, _) => context.Response.StatusCode = 500,
                (context, _) => UnreliableServer.Send(context, "application/json", "{\"choices\": [{\"te"),
                (context, _) => UnreliableServer.Send(context, "text/html", "<html>"),
                (context, body) =>
                    UnreliableServer.Send(context, "application/json", UnreliableServer.Answer(body, alternatives: 1)),
                (context, body) => UnreliableServer.Send(context, "application/json", "{\"model\": \"tiny\"}"),
                // Longer than anybody waits.
                UnreliableServer.Dripping,
                good,
            ]
        );
        // A second for everybody: a machine that is busy answers late, and that is none of these troubles.
        using (
            var teacher = Teacher(Plain with { TimeoutSeconds = 1000 }, server.Address, null, clock: new HastyClock())
        )
        {
            var (responses, charge, alternatives) = teacher.Converse(
                Prompts(6),
                12,
                Bytes.End,
                new SamplingSpec(1),
                new Seed(2),
                3,
                ChargeKind.TeacherGeneration,
                null
            );
            Assert.All(responses, response => Assert.Equal([.. Bytes.Encode("ok"), Bytes.End], response));
            Assert.True(charge.FlopsUnknown);
            Assert.Equal(3, alternatives(0)[0].Length);
            Assert.Equal(6, server.Answered.Count);
        }

        // Another process, with more to ask, in another order: what was answered is not asked.
        using var again = Teacher(Plain with { Concurrency = 1 }, server.Address, null, clock: new HastyClock());
        var more = again.Converse(
            Prompts(9),
            12,
            Bytes.End,
            new SamplingSpec(1),
            new Seed(2),
            3,
            ChargeKind.TeacherGeneration,
            null
        );
        Assert.Equal(9, more.Responses.Count);
        Assert.Equal(9, server.Answered.Count);
        Assert.All(server.Answered.Values, times => Assert.Equal(1, times));
    }

    [Fact]
    public void What_does_not_recover_is_said_in_one_line_that_never_holds_the_key()
    {
        const string Key = "sk-very-secret";
        foreach (
            var (answer, spec, says) in ((Action<HttpListenerContext, JsonObject>, EndpointSpec, string)[])
                [
                    (
                        (context, _) =>
                            UnreliableServer.Send(
                                context,
                                "application/json",
                                "{\"error\": {\"message\": \"Incorrect API key provided: " + Key + "\"}}",
                                401
                            ),
                        Plain,
                        "status 401 (Incorrect API key provided: ***)"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(
                                context,
                                "application/json",
                                UnreliableServer.Answer(body, 3, model: "other-model")
                            ),
                        Plain,
                        "it answered as 'other-model', not as 'tiny'"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(context, "application/json", UnreliableServer.Answer(body, 1)),
                        Plain,
                        "it gave 1 log-probabilities where 3 were asked for; lower top-logprobs and k, 8 times"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(
                                context,
                                "application/json",
                                UnreliableServer.Answer(body, 3, finish: "content_filter")
                            ),
                        Plain,
                        "a response ended by content_filter"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(context, "application/json", UnreliableServer.Answer(body, 3)),
                        Plain with
                        {
                            TokensAsIds = false,
                            TopLogprobs = 5,
                        },
                        "its token 'token_id:115' is none of the tokenizer's"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(
                                context,
                                "application/json",
                                UnreliableServer.Answer(body, 3).Altered("\"text\":\"ok\"", "\"text\":null")
                            ),
                        Plain,
                        "what is no completion (a text that is null), 8 times"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(
                                context,
                                "application/json",
                                UnreliableServer.Answer(body, 3).Altered("\"token_id:115\",", "null,")
                            ),
                        Plain,
                        "a token that is null"
                    ),
                    (
                        (context, body) =>
                            UnreliableServer.Send(
                                context,
                                "application/json",
                                UnreliableServer.Answer(body, 3).Altered("\"token_id:115\",", "\"token_id:999\",")
                            ),
                        Plain,
                        "its token 'token_id:999' is none of the tokenizer's"
                    ),
                    (
                        (context, _) =>
                        {
                            context.Response.StatusCode = 503;
                            context.Response.AddHeader("Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT");
                        },
                        Plain,
                        "status 503"
                    ),
                    (UnreliableServer.Silent, Plain with { TimeoutSeconds = 30 }, "no answer within 30 s, 8 times"),
                    (UnreliableServer.Dripping, Plain with { TimeoutSeconds = 20 }, "no answer within 20 s, 8 times"),
                ]
        )
        {
            using var server = new UnreliableServer(_ => [answer]);
            using var teacher = Teacher(spec, server.Address, null, Key, new HastyClock(), $"journal {says.Length}");
            var error = Assert.ThrowsAny<LabException>(() =>
                teacher.Converse(
                    Prompts(1),
                    12,
                    Bytes.End,
                    new SamplingSpec(1),
                    new Seed(2),
                    3,
                    ChargeKind.TeacherGeneration,
                    null
                )
            );
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
            Assert.All(server.Keys, sent => Assert.Equal($"Bearer {Key}", sent));
        }

        Assert.All(
            Directory.EnumerateFiles(scratch.Path),
            file =>
                Assert.DoesNotContain(Key, Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_server_s_tokens_are_counted_apart_and_its_pace_is_kept()
    {
        using var server = new UnreliableServer(good => [good]);
        // A minute of the hasty clock is 60 ms.
        // Waiting for a turn takes longer than an answer may, and is no failure.
        using var teacher = Teacher(
            Plain with
            {
                RequestsPerMinute = 6,
                TimeoutSeconds = 25,
            },
            server.Address,
            null,
            clock: new HastyClock()
        );
        var started = TimeProvider.System.GetTimestamp();
        var (_, charge) = Write(teacher, 9);
        Assert.True(
            TimeProvider.System.GetElapsedTime(started).TotalMilliseconds > 75,
            "nine requests at six a minute take more than eighty seconds"
        );
        // Each request is counted by the server as 7 tokens of prompt and 2 of response.
        Assert.Equal((9 * 9, 9 * 7), (charge.Tokens, charge.PromptTokens));
        var third = charge.Part(1 / 3.0, 999);
        Assert.Equal((27, 21), (third.Tokens, third.PromptTokens));
        // Nobody knows what it cost until the experiment's prices are applied.
        Assert.Null(charge.ListPrice(Accelerator.Named(Accelerator.Default)));
    }

    [Fact]
    public void A_journal_that_was_cut_off_or_damaged_keeps_what_came_before()
    {
        using var server = new UnreliableServer(good => [good]);
        using (var teacher = Teacher(Plain with { Concurrency = 1 }, server.Address, null))
            Write(teacher, 5);
        var whole = File.ReadAllBytes(scratch.File("journal"));
        foreach (
            var (bytes, kept) in ((byte[], int)[])
                [
                    (whole[..^3], 4),
                    ([.. whole, 9, 9], 5),
                    ([.. whole[..(whole.Length / 2)], 255, .. whole[(whole.Length / 2 + 1)..]], 2),
                    ([], 0),
                ]
        )
        {
            File.WriteAllBytes(scratch.File("journal"), bytes);
            using var journal = new ExchangeJournal(scratch.File("journal"));
            Assert.Equal(kept, journal.Count);
        }

        using var open = new ExchangeJournal(scratch.File("journal"));
        Assert.Contains(
            "another process",
            Assert.Throws<LabException>(() => new ExchangeJournal(scratch.File("journal"))).Message,
            StringComparison.Ordinal
        );
    }

    /// <summary>A clock whose timers are a thousand times too fast.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private static TimeSpan Hurried(TimeSpan time) => time > TimeSpan.Zero ? time / 1000 : time;

        private readonly long start = System.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + System.GetElapsedTime(start) * 1000;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new Timer(System.CreateTimer(callback, state, Hurried(dueTime), Hurried(period)));

        // A timer that is set again is hurried again.
        private sealed class Timer(ITimer inner) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(Hurried(dueTime), Hurried(period));

            public void Dispose() => inner.Dispose();

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }

    /// <summary>A server that goes through a list of behaviours for each question, and stays at the last.</summary>
    private sealed class UnreliableServer : IDisposable
    {
        /// <summary>Never answers.</summary>
        internal static readonly Action<HttpListenerContext, JsonObject> Silent = (_, _) => { };

        /// <summary>Begins to answer, and does not come to an end.</summary>
        internal static readonly Action<HttpListenerContext, JsonObject> Dripping = (context, _) =>
        {
            (context.Response.ContentType, context.Response.SendChunked) = ("application/json", true);
            context.Response.OutputStream.Write("{\"choices\": ["u8);
            context.Response.OutputStream.Flush();
        };

        private readonly HttpListener listener = new();
        private readonly Action<HttpListenerContext, JsonObject>[] behaviours;
        private readonly ConcurrentDictionary<string, int> asked = new();

        internal UnreliableServer(
            Func<Action<HttpListenerContext, JsonObject>, Action<HttpListenerContext, JsonObject>[]> make
        )
        {
            behaviours = make(
                (context, body) =>
                {
                    Answered.AddOrUpdate(body["seed"]!.ToJsonString(), 1, (_, times) => times + 1);
                    Send(context, "application/json; charset=utf-8", Answer(body, 3));
                }
            );
            var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
            socket.Start();
            var port = ((IPEndPoint)socket.LocalEndpoint).Port;
            socket.Stop();
            Address = new Uri($"http://127.0.0.1:{port}/v1");
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            listener.Start();
            _ = Task.Run(Listen);
        }

        internal Uri Address { get; }

        /// <summary>How often each question was answered well.</summary>
        internal ConcurrentDictionary<string, int> Answered { get; } = new();

        internal ConcurrentBag<string> Keys { get; } = [];

        internal static void Send(HttpListenerContext context, string type, string text, int status = 200)
        {
            (context.Response.ContentType, context.Response.StatusCode) = (type, status);
            context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(text));
        }

        /// <summary>"ok" and its end, with a number of alternatives to each token.</summary>
        internal static string Answer(
            JsonObject body,
            int alternatives,
            string model = "tiny-2026-01-01",
            string finish = "stop"
        )
        {
            int[] tokens = [.. Bytes.Encode("ok"), Bytes.End];
            JsonObject Top(int token) =>
                new(
                    Enumerable
                        .Range(0, alternatives)
                        .Select(i =>
                            KeyValuePair.Create<string, JsonNode?>($"token_id:{(token + i) % 260}", -1.5 * (i + 1))
                        )
                );
            return new JsonObject
            {
                ["model"] = model,
                ["choices"] = new JsonArray(
                    new JsonObject
                    {
                        ["text"] = "ok",
                        ["finish_reason"] = finish,
                        ["logprobs"] = new JsonObject
                        {
                            ["tokens"] = new JsonArray([.. tokens.Select(token => (JsonNode)$"token_id:{token}")]),
                            ["top_logprobs"] = new JsonArray([.. tokens.Select(Top)]),
                        },
                    }
                ),
                ["usage"] = new JsonObject { ["prompt_tokens"] = 7, ["completion_tokens"] = 2 },
                ["asked"] = body["max_tokens"]!.DeepClone(),
            }.ToJsonString();
        }

        public void Dispose() => listener.Close();

        private async Task Listen()
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                _ = Task.Run(() => Behave(context));
            }
        }

        private void Behave(HttpListenerContext context)
        {
            try
            {
                using var reader = new StreamReader(context.Request.InputStream);
                var body = JsonNode.Parse(reader.ReadToEnd())!.AsObject();
                Keys.Add(context.Request.Headers["Authorization"] ?? "");
                var times = asked.AddOrUpdate(body["seed"]!.ToJsonString(), 0, (_, before) => before + 1);
                var behave = behaviours[Math.Min(times, behaviours.Length - 1)];
                behave(context, body);
                if (behave != Silent && behave != Dripping)
                    context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
            {
                // The client has gone.
            }
        }
    }
}
