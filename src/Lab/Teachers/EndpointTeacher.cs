using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Lab.Teachers;

/// <summary>A teacher behind a server.</summary>
/// <param name="spec">The server.</param>
/// <param name="client">Asks it.</param>
/// <param name="journal">Keeps what it answered.</param>
/// <param name="tokenizer">Spells prompts and responses.</param>
/// <param name="shape">The model's, where it is known: then its work is counted as if it were done here.</param>
/// <param name="clock">The time.</param>
/// <param name="owned">Objects that end with this teacher, in this order: a server of our own, and its model.</param>
internal sealed class EndpointTeacher(
    EndpointSpec spec,
    EndpointClient client,
    ExchangeJournal journal,
    ITokenizer tokenizer,
    ModelShape? shape,
    TimeProvider clock,
    IReadOnlyList<Action> owned
) : ITeacher
{
    public ITokenizer Tokenizer => tokenizer;

    public (IReadOnlyList<int[]> Responses, Charge Charge) Write(
        IReadOnlyList<int[]> prompts,
        int limit,
        int end,
        SamplingSpec sampling,
        Seed seed,
        ChargeKind kind,
        Action<int>? progress = null,
        IReadOnlyList<string>? texts = null
    )
    {
        var (responses, charge, _) = Converse(prompts, limit, end, sampling, seed, 0, kind, progress, texts);
        return (responses, charge);
    }

    /// <summary>Asks all prompts, as many at a time as the server may be asked.</summary>
    /// <param name="prompts">Token ids, none empty.</param>
    /// <param name="limit">The most new tokens.</param>
    /// <param name="end">The token that ends a response; −1 for none: then text goes on through it.</param>
    /// <param name="sampling">How responses are drawn.</param>
    /// <param name="seed">Prompt i is drawn from this seed's stream sample/i, as everywhere.</param>
    /// <param name="alternatives">How many alternatives to each token are wanted.</param>
    /// <param name="kind">The purpose of the cost.</param>
    /// <param name="progress">Told how many are answered.</param>
    /// <param name="texts">The prompts as people wrote them; null where they are what the tokens spell.</param>
    /// <returns>The responses in tokens, empty where one cannot be spelt; their cost; and, while this teacher lives,
    /// the alternatives to each token of a response by its index.</returns>
    internal (
        IReadOnlyList<int[]> Responses,
        Charge Charge,
        Func<int, IReadOnlyList<(int Token, float Probability)[]>> Alternatives
    ) Converse(
        IReadOnlyList<int[]> prompts,
        int limit,
        int end,
        SamplingSpec sampling,
        Seed seed,
        int alternatives,
        ChargeKind kind,
        Action<int>? progress,
        IReadOnlyList<string>? texts = null
    )
    {
        var started = clock.GetTimestamp();
        EndpointQuestion Question(int index) =>
            EndpointQuestion.Of(
                spec,
                texts?[index] ?? tokenizer.Decode(prompts[index]),
                prompts[index],
                limit,
                end < 0,
                sampling,
                seed.Bits($"sample/{index}"),
                alternatives
            );
        AskAll(prompts.Count, Question, progress);
        var responses = new int[prompts.Count][];
        var (promptTokens, responseTokens, flops) = (0L, 0L, Flops.Zero);
        for (var index = 0; index < prompts.Count; index++)
        {
            var reply = journal.Find(Question(index))!;
            var response = reply.Tokens is { } told ? EndsWith(told, reply, end) : Spelt(reply, end);
            responses[index] = response;
            promptTokens += reply.PromptTokens > 0 ? reply.PromptTokens : prompts[index].Length;
            responseTokens += reply.ResponseTokens > 0 ? reply.ResponseTokens : response.Length;
            // The last token of a response is never fed back.
            if (shape is not null)
                flops += ModelFlops.Forward(shape, prompts[index].Length + response.Length - 1);
        }

        var charge = new Charge(
            kind,
            promptTokens + responseTokens - (shape is null ? 0 : prompts.Count),
            flops,
            new Seconds(clock.GetElapsedTime(started).TotalSeconds)
        )
        {
            FlopsUnknown = shape is null,
            PromptTokens = shape is null ? promptTokens : null,
        };
        return (responses, charge, index => journal.Find(Question(index))!.Alternatives);
    }

    // Every question that has no answer yet, as many at a time as the server may be asked.
    private void AskAll(int count, Func<int, EndpointQuestion> questionOf, Action<int>? progress)
    {
        var answered = 0;
        Parallel
            .ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = spec.Concurrency },
                async (index, cancel) =>
                {
                    var question = questionOf(index);
                    if (journal.Find(question) is null)
                        journal.Add(question, await client.Ask(question, cancel));
                    progress?.Invoke(Interlocked.Increment(ref answered));
                }
            )
            .GetAwaiter()
            .GetResult();
    }

    public void Dispose()
    {
        foreach (var end in owned)
            end();
        journal.Dispose();
    }

    // Servers may keep the end token to themselves.
    private static int[] EndsWith(int[] told, EndpointReply reply, int end) =>
        !reply.Ended || end < 0 || (told.Length > 0 && told[^1] == end) ? told : [.. told, end];

    private int[] Spelt(EndpointReply reply, int end)
    {
        try
        {
            var spelt = tokenizer.Encode(reply.Text);
            return reply.Ended && end >= 0 ? [.. spelt, end] : spelt;
        }
        catch (Tensors.LabException)
        {
            return [];
        }
    }
}
