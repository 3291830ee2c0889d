using Bench.Lab.Models;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Serving;

/// <summary>
/// Writes choices of many requests together, on a thread of its own. Choices that wait at the same time, with prompts
/// of one length, share a batch; batches take turns token by token, and a long prompt is read in parts, so that a long
/// one does not hold up a short one. A choice's text does not depend on who shares its batch, but for the rounding of
/// products of different sizes.
/// </summary>
internal sealed class Batcher : IDisposable
{
    private const int LargestBatch = 64;

    /// <summary>Tokens of all rows together that are read in one turn.</summary>
    private const int LargestTurn = 2048;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(3);

    private readonly ILanguageModel model;
    private readonly HashSet<int> ends;
    private readonly Thread thread;
    private readonly Queue<Choice> waiting = new();
    private readonly List<Batch> batches = [];
    private volatile bool stopped;

    internal Batcher(ILanguageModel model, IEnumerable<int> ends)
    {
        (this.model, this.ends) = (model, [.. ends]);
        thread = new Thread(Work) { IsBackground = true, Name = "batcher" };
        thread.Start();
    }

    /// <summary>Queues a choice.</summary>
    internal void Add(Choice choice)
    {
        lock (waiting)
        {
            if (stopped)
            {
                choice.Fail(Ending());
                return;
            }

            waiting.Enqueue(choice);
            Monitor.Pulse(waiting);
        }
    }

    public void Dispose()
    {
        lock (waiting)
        {
            stopped = true;
            Monitor.Pulse(waiting);
        }

        // A turn ends soon; a machine that is too busy to end it does not keep the command from ending.
        thread.Join(TimeSpan.FromSeconds(5));
    }

    private static ServeException Ending() => new(503, "the server is shutting down");

    private void Work()
    {
        set_num_threads(1);
        using var quiet = no_grad();
        while (!stopped)
        {
            if (batches.Count == 0)
                AwaitArrivals();
            Admit();
            foreach (var batch in batches.ToArray())
                if (!stopped)
                    Step(batch);
        }

        foreach (var choice in batches.SelectMany(batch => batch.Rows).Concat(Waiting()))
            choice.Fail(Ending());
        foreach (var batch in batches)
            batch.Decoding.Dispose();
    }

    // Requests that are sent together arrive one after the other.
    private void AwaitArrivals()
    {
        lock (waiting)
        {
            while (waiting.Count == 0 && !stopped)
                Monitor.Wait(waiting);
            for (var seen = 0; seen < waiting.Count && waiting.Count < LargestBatch && !stopped; )
            {
                seen = waiting.Count;
                Monitor.Wait(waiting, Patience);
            }
        }
    }

    private Choice[] Waiting()
    {
        lock (waiting)
        {
            Choice[] all = [.. waiting];
            waiting.Clear();
            return all;
        }
    }

    private void Admit()
    {
        foreach (
            var group in Waiting()
                .Where(choice => !choice.Cancelled)
                .GroupBy(choice => (choice.Prompt.Length, choice.Temperature))
        )
        {
            foreach (var rows in group.Chunk(LargestBatch))
            {
                try
                {
                    batches.Add(
                        new Batch(
                            model.Begin(rows.Length, group.Key.Length + rows.Max(row => row.Limit)),
                            [.. rows],
                            group.Key.Temperature
                        )
                    );
                }
                catch (Exception error)
                {
                    foreach (var row in rows)
                        row.Fail(Failure(error));
                }
            }
        }
    }

    private static ServeException Failure(Exception error) =>
        new(
            500,
            error is OutOfMemoryException
                ? "there is not enough memory for so long a text"
                : error.Message.ReplaceLineEndings(" ")
        );

    private void Step(Batch batch)
    {
        try
        {
            using var scope = NewDisposeScope();
            if (batch.Rows.All(row => row.Cancelled))
            {
                Leave(batch);
                return;
            }

            var (fed, time) = batch.Turn(LargestTurn);
            var logits = batch
                .Decoding.Next(TensorData.Of(fed, batch.Rows.Count, time).to(model.Compute.Device))
                .to(ScalarType.Float32);
            if (batch.IsReading)
                return;
            var next = Next(batch, logits);
            var going = Add(batch, next, logits);
            if (going.Count == 0)
            {
                Leave(batch);
                return;
            }

            if (going.Count < batch.Rows.Count)
            {
                batch.Decoding.Keep(going);
                batch.Rows = [.. going.Select(place => batch.Rows[place])];
            }

            batch.Written = [.. going.Select(place => (long)next[place])];
        }
        catch (Exception error)
        {
            // Whatever happens to one batch, the thread goes on with the others.
            foreach (var row in batch.Rows)
                row.Fail(Failure(error));
            Leave(batch);
        }
    }

    // Gives each row its next token, and returns the rows that go on.
    private List<int> Add(Batch batch, int[] next, Tensor logits)
    {
        var likelihoods = batch.Rows.Any(row => row.Alternatives >= 0)
            ? new Likelihoods(logits, batch.Rows.Max(row => row.Alternatives))
            : null;
        var going = new List<int>();
        for (var place = 0; place < batch.Rows.Count; place++)
        {
            var (row, token) = (batch.Rows[place], next[place]);
            var wanted = row.Alternatives >= 0;
            var written = new WrittenToken(
                token,
                wanted ? likelihoods!.Of(place, token) : 0,
                wanted ? likelihoods!.Top(place, row.Alternatives) : [],
                ends.Contains(token) && !row.IgnoreEnd
            );
            if (row.Add(written))
                going.Add(place);
        }

        return going;
    }

    private void Leave(Batch batch)
    {
        batch.Decoding.Dispose();
        batches.Remove(batch);
    }

    private static int[] Next(Batch batch, Tensor logits)
    {
        if (batch.Temperature == 0)
            return Array.ConvertAll(logits.argmax(1).to(CPU).contiguous().Longs().ToArray(), token => (int)token);
        var probabilities = (logits / batch.Temperature).softmax(1).to(CPU).contiguous();
        var vocabulary = (int)logits.shape[1];
        return
        [
            .. batch.Rows.Select(
                (row, place) =>
                    TextGenerator.Draw(
                        probabilities.Floats().Slice(place * vocabulary, vocabulary),
                        row.TopP,
                        row.Random
                    )
            ),
        ];
    }

    private sealed class Batch(IDecoding decoding, List<Choice> rows, double temperature)
    {
        private int read;

        internal IDecoding Decoding { get; } = decoding;

        internal List<Choice> Rows { get; set; } = rows;

        /// <summary>The last token of each row.</summary>
        internal long[] Written { get; set; } = [];

        internal double Temperature { get; } = temperature;

        /// <summary>Whether some of the prompts is still to be read.</summary>
        internal bool IsReading => read < Rows[0].Prompt.Length;

        /// <summary>The tokens to feed next: a part of the prompts, or the last tokens written.</summary>
        internal (long[] Fed, int Time) Turn(int largest)
        {
            if (!IsReading)
                return (Written, 1);
            var (from, time) = (read, Math.Min(Math.Max(1, largest / Rows.Count), Rows[0].Prompt.Length - read));
            read += time;
            return ([.. Rows.SelectMany(row => row.Prompt.Skip(from).Take(time)).Select(token => (long)token)], time);
        }
    }

    /// <summary>Log-probabilities of a batch's step, [rows, vocabulary], and the largest of each row.</summary>
    private sealed class Likelihoods
    {
        private readonly float[] all;
        private readonly float[] values = [];
        private readonly long[] tokens = [];
        private readonly int vocabulary;
        private readonly int count;

        internal Likelihoods(Tensor logits, int alternatives)
        {
            (vocabulary, count) = ((int)logits.shape[1], Math.Min(alternatives, (int)logits.shape[1]));
            var likelihoods = logits.log_softmax(1);
            all = likelihoods.ToArray();
            if (count <= 0)
                return;
            var (top, at) = likelihoods.topk(count, 1);
            (values, tokens) = (top.ToArray(), at.to(CPU).contiguous().Longs().ToArray());
        }

        internal float Of(int row, int token) => all[row * vocabulary + token];

        internal IReadOnlyList<(int, float)> Top(int row, int alternatives) =>
            [.. Enumerable.Range(row * count, Math.Min(alternatives, count)).Select(i => ((int)tokens[i], values[i]))];
    }
}
