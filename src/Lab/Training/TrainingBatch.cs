using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>Examples as tensors, padded to one length. Rows are the positions that carry loss; nothing else in a batch does.</summary>
internal sealed record TrainingBatch
{
    /// <summary>[batch, time] of int64: each sequence without its last token, padded with token 0.</summary>
    internal required Tensor Ids { get; init; }

    /// <summary>[n] of int64 into the flattened positions: those that predict a response token.</summary>
    internal required Tensor Rows { get; init; }

    /// <summary>[n] of int64: the response tokens.</summary>
    internal required Tensor Targets { get; init; }

    /// <summary>[n, k] of int64 and float32, where the lesson has them.</summary>
    internal Tensor? TopKTokens { get; init; }

    internal Tensor? TopKProbabilities { get; init; }

    /// <summary>Builds the batch of some examples of a lesson, padded to a time. Attention is causal, so padding at the end reaches no row.</summary>
    internal static TrainingBatch Build(Lesson lesson, IReadOnlyList<int> members, int time, Compute compute)
    {
        var ids = new long[members.Count * time];
        var (rows, targets) = (new List<long>(), new List<long>());
        var (tokens, probabilities) = (new List<long>(), new List<float>());
        for (var i = 0; i < members.Count; i++)
        {
            var sequence = lesson.Sequences[members[i]];
            for (var t = 0; t < sequence.Processed; t++) ids[i * time + t] = sequence.Tokens[t];
            for (var t = sequence.Start; t < sequence.Tokens.Length; t++)
            {
                rows.Add((long)i * time + t - 1);
                targets.Add(sequence.Tokens[t]);
            }

            if (lesson.TopK is null) continue;
            tokens.AddRange(Array.ConvertAll(lesson.TopK.Tokens[members[i]], token => (long)token));
            probabilities.AddRange(lesson.TopK.Probabilities[members[i]]);
        }

        Tensor Longs(IReadOnlyCollection<long> values, params long[] shape) => TensorData.Of([.. values], shape).to(compute.Device);
        return new TrainingBatch
        {
            Ids = Longs(ids, members.Count, time),
            Rows = Longs(rows, rows.Count),
            Targets = Longs(targets, targets.Count),
            TopKTokens = lesson.TopK is null ? null : Longs(tokens, rows.Count, lesson.TopK.K),
            TopKProbabilities = lesson.TopK is null ? null : TensorData.Of([.. probabilities], rows.Count, lesson.TopK.K).to(compute.Device),
        };
    }
}
