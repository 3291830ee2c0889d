using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Detection;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>
/// Batched decoding with a key-value cache: greedy, by temperature, or from the most likely tokens alone.
/// </summary>
public sealed class TextGenerator
{
    private readonly ModelShape shape;
    private readonly Device device;
    private readonly Func<int, int, IDecoding> begin;
    private readonly TimeProvider clock;
    private readonly Tally? tally;
    private readonly IReadOnlyList<int> otherEnds = [];

    /// <param name="model">The writing model.</param>
    /// <param name="clock">The time.</param>
    /// <param name="otherEnds">Tokens that end a response as the end token does, and are read as that one; null for
    /// none.</param>
    public TextGenerator(ILanguageModel model, TimeProvider clock, IReadOnlyList<int>? otherEnds = null)
        : this(model.Shape, model.Compute.Device, model.Begin, clock) =>
        (this.otherEnds, tally) = (otherEnds ?? [], model.Compute.Done);

    /// <summary>Writing that is part of other work, whose cost stands there.</summary>
    /// <param name="shape">The model whose work is charged.</param>
    /// <param name="device">Where tokens are wanted.</param>
    /// <param name="begin">Starts a number of rows of a number of positions.</param>
    /// <param name="clock">The time.</param>
    internal TextGenerator(ModelShape shape, Device device, Func<int, int, IDecoding> begin, TimeProvider clock) =>
        (this.shape, this.device, this.begin, this.clock) = (shape, device, begin, clock);

    /// <summary>Sequences that are decoded together.</summary>
    public const int Batch = 64;

    /// <summary>
    /// Continues prompts until the end token or a number of new tokens. A prompt's continuation depends on nothing but
    /// the prompt, its index and the seed: not on its neighbours in the batch.
    /// </summary>
    /// <param name="prompts">Token ids, none empty.</param>
    /// <param name="limit">The most new tokens.</param>
    /// <param name="end">The token that ends a sequence; −1 for none.</param>
    /// <param name="sampling">Greedy or by temperature.</param>
    /// <param name="seed">The seed of what is drawn.</param>
    /// <param name="kind">The purpose of the cost.</param>
    /// <param name="progress">Told how many prompts are done.</param>
    /// <returns>New tokens of each prompt, the end token included where it was reached, and the cost of every token
    /// processed.</returns>
    public (IReadOnlyList<int[]> Responses, Charge Charge) Continue(
        IReadOnlyList<int[]> prompts,
        int limit,
        int end,
        SamplingSpec sampling,
        Seed seed,
        ChargeKind kind,
        Action<int>? progress = null
    )
    {
        var started = clock.GetTimestamp();
        var responses = new List<int>[prompts.Count];
        var (tokens, flops, done) = (0L, Flops.Zero, 0);
        var mark = sampling.Watermark is { } watermark
            ? new Mark(
                watermark,
                new GreenList(watermark.Key, watermark.Gamma, shape.Vocabulary),
                (int)Math.Round(watermark.Share * prompts.Count)
            )
            : null;
        using var quiet = no_grad();
        // Prompts of one length run in lock step without padding.
        foreach (
            var group in Enumerable.Range(0, prompts.Count).GroupBy(i => prompts[i].Length).OrderBy(group => group.Key)
        )
        {
            foreach (var chunk in group.Chunk(Batch))
            {
                Decode(prompts, chunk, limit, end, sampling, seed, mark, responses);
                foreach (var index in chunk)
                {
                    // The last token of a response is never fed back.
                    var processed = prompts[index].Length + responses[index].Count - 1;
                    tokens += processed;
                    flops += ModelFlops.Forward(shape, processed);
                    tally?.Add(kind, processed, ModelFlops.Forward(shape, processed));
                }

                progress?.Invoke(done += chunk.Length);
            }
        }

        return (
            [.. responses.Select(response => response.ToArray())],
            new Charge(kind, tokens, flops, new Seconds(clock.GetElapsedTime(started).TotalSeconds))
        );
    }

    private void Decode(
        IReadOnlyList<int[]> prompts,
        int[] chunk,
        int limit,
        int end,
        SamplingSpec sampling,
        Seed seed,
        Mark? mark,
        List<int>[] responses
    )
    {
        var length = prompts[chunk[0]].Length;
        using var decoding = begin(chunk.Length, length + limit);
        var draws =
            sampling.Temperature >= SamplingSpec.Coldest
                ? Array.ConvertAll(chunk, index => seed.Stream($"sample/{index}"))
                : [];
        var active = Enumerable.Range(0, chunk.Length).ToArray();
        foreach (var index in chunk)
            responses[index] = [];
        var fed = chunk.SelectMany(index => prompts[index]).Select(token => (long)token).ToArray();
        for (var time = length; active.Length > 0; time = 1)
        {
            using var scope = NewDisposeScope();
            var logits = decoding.Next(TensorData.Of(fed, active.Length, time).to(device));
            if (mark is not null)
                logits =
                    logits
                    + mark.Bias(
                            [.. active.Select((row, place) => (chunk[row], (int)fed[(place + 1) * time - 1]))],
                            shape.Vocabulary
                        )
                        .to(logits.device);
            var next =
                sampling.Temperature >= SamplingSpec.Coldest
                    ? Draw(logits, sampling, active, draws)
                    : logits.argmax(1).to(CPU).contiguous().Longs().ToArray();
            var going = new List<int>();
            for (var place = 0; place < active.Length; place++)
            {
                var response = responses[chunk[active[place]]];
                if (end >= 0 && otherEnds.Contains((int)next[place]))
                    next[place] = end;
                response.Add((int)next[place]);
                if (next[place] != end && response.Count < limit)
                    going.Add(place);
            }

            if (going.Count < active.Length)
                decoding.Keep(going);
            fed = [.. going.Select(place => next[place])];
            active = [.. going.Select(place => active[place])];
        }
    }

    /// <summary>A watermark while it is written: the first responses carry it.</summary>
    private sealed record Mark(Watermark Watermark, GreenList Green, int Marked)
    {
        /// <summary>
        /// An addition to the logits, [rows, vocabulary], by each row's index among the prompts and its last token.
        /// </summary>
        internal Tensor Bias(IReadOnlyList<(int Index, int Previous)> rows, int vocabulary)
        {
            var bias = new float[rows.Count * vocabulary];
            for (var row = 0; row < rows.Count; row++)
            {
                if (rows[row].Index >= Marked)
                    continue;
                var green = Green.After(rows[row].Previous);
                for (var token = 0; token < vocabulary; token++)
                    if (green[token])
                        bias[row * vocabulary + token] = (float)Watermark.Delta;
            }

            return TensorData.Of(bias, rows.Count, vocabulary);
        }
    }

    private static long[] Draw(Tensor logits, SamplingSpec sampling, int[] active, RandomStream[] draws)
    {
        var probabilities = (logits.to(ScalarType.Float32) / sampling.Temperature).softmax(1).to(CPU).contiguous();
        var vocabulary = (int)logits.shape[1];
        var values = probabilities.Floats();
        var drawn = new long[active.Length];
        for (var place = 0; place < active.Length; place++)
        {
            drawn[place] = Draw(values.Slice(place * vocabulary, vocabulary), sampling.TopP, draws[active[place]]);
        }

        return drawn;
    }

    /// <summary>
    /// Draws a token from a row of probabilities, of which only the nucleus may be drawn; what cannot be is set to 0.
    /// </summary>
    internal static int Draw(Span<float> row, double topP, RandomStream random)
    {
        var mass = topP < 1 ? KeepNucleus(row, topP) : 1;
        var left = random.NextDouble() * mass;
        var last = 0;
        // The remainder of rounding falls to the last token that can be drawn.
        for (var token = 0; token < row.Length; token++)
        {
            if (row[token] == 0)
                continue;
            last = token;
            left -= row[token];
            if (left < 0)
                break;
        }

        return last;
    }

    /// <summary>
    /// Sets all but the fewest most likely tokens that together have the mass to 0 (Holtzman et al. 2020); returns what
    /// they have.
    /// </summary>
    internal static double KeepNucleus(Span<float> row, double mass)
    {
        var order = new int[row.Length];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        var keys = row.ToArray();
        Array.Sort(keys, order);
        double kept = 0;
        for (var i = order.Length - 1; i >= 0; i--)
        {
            if (kept >= mass)
                row[order[i]] = 0;
            else
                kept += row[order[i]];
        }

        return kept;
    }
}
