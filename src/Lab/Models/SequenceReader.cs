using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Shapes;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Lab.Models;

/// <summary>Forward passes over given sequences.</summary>
internal sealed class SequenceReader(IPredictor model, TimeProvider clock) : IReader
{
    private const int Batch = 32;

    /// <summary>
    /// The most logits of a pass, unless one sequence has more: a large vocabulary makes large batches large.
    /// </summary>
    private const long LargestPass = 1L << 27;

    /// <inheritdoc/>
    public ModelShape Shape => model.Shape;

    /// <summary>For each response token, its log-probability and the model's own choice.</summary>
    internal (IReadOnlyList<TokenPredictions> Scores, Charge Charge) Predict(
        IReadOnlyList<Sequence> sequences,
        ChargeKind kind
    )
    {
        var scores = new TokenPredictions[sequences.Count];
        var charge = Read(
            sequences,
            kind,
            (index, logits) =>
            {
                var sequence = sequences[index];
                var tokens = sequence.Tokens[sequence.Start..];
                var wanted = TensorData
                    .Of(Array.ConvertAll(tokens, token => (long)token), tokens.Length)
                    .to(logits.device);
                var found = logits.log_softmax(1).gather(1, wanted.unsqueeze(1)).ToArray();
                scores[index] = new TokenPredictions(
                    found,
                    Array.ConvertAll(logits.argmax(1).to(CPU).contiguous().Longs().ToArray(), token => (int)token)
                );
            }
        );
        return (scores, charge);
    }

    /// <summary>
    /// Calls back with each sequence's logits of its response tokens, [response tokens, vocabulary] in float32.
    /// Sequences of one length share a pass, so nothing is padded.
    /// </summary>
    public Charge Read(IReadOnlyList<Sequence> sequences, ChargeKind kind, Action<int, Tensor> visit) =>
        Pass(
            sequences,
            kind,
            null,
            (index, row, logits) =>
                visit(
                    index,
                    logits
                        .narrow(
                            0,
                            (long)row * sequences[index].Processed + sequences[index].Start - 1,
                            sequences[index].ResponseLength
                        )
                        .to(ScalarType.Float32)
                )
        );

    /// <inheritdoc/>
    public Charge ReadLayer(
        IReadOnlyList<Sequence> sequences,
        int layer,
        bool attention,
        ChargeKind kind,
        Action<int, Tensor> visit
    )
    {
        var tap = new LayerTap(layer, attention);
        return Pass(
            sequences,
            kind,
            tap,
            (index, row, _) =>
                visit(
                    index,
                    tap.Taken.narrow(0, (long)row * sequences[index].Processed, sequences[index].Processed)
                        .to(ScalarType.Float32)
                )
        );
    }

    private Charge Pass(
        IReadOnlyList<Sequence> sequences,
        ChargeKind kind,
        LayerTap? tap,
        Action<int, int, Tensor> visit
    )
    {
        var started = clock.GetTimestamp();
        var (tokens, flops) = (0L, Flops.Zero);
        using var quiet = no_grad();
        foreach (
            var group in Enumerable
                .Range(0, sequences.Count)
                .GroupBy(i => sequences[i].Processed)
                .OrderBy(group => group.Key)
        )
        {
            foreach (
                var chunk in group.Chunk(
                    (int)Math.Clamp(LargestPass / ((long)group.Key * model.Shape.Vocabulary), 1, Batch)
                )
            )
            {
                using var scope = NewDisposeScope();
                var ids = chunk
                    .SelectMany(index => sequences[index].Tokens.Take(group.Key))
                    .Select(token => (long)token)
                    .ToArray();
                var logits = model.Logits(TensorData.Of(ids, chunk.Length, group.Key).to(model.Compute.Device), tap);
                for (var row = 0; row < chunk.Length; row++)
                {
                    using var inner = NewDisposeScope();
                    visit(chunk[row], row, logits);
                }

                tokens += ids.Length;
                var read = chunk.Length * ModelFlops.Forward(model.Shape, group.Key);
                flops += read;
                model.Compute.Done.Add(kind, ids.Length, read);
            }
        }

        return new Charge(kind, tokens, flops, new Seconds(clock.GetElapsedTime(started).TotalSeconds));
    }
}
