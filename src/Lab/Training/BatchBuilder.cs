using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>Makes batches of examples, with what the teacher says of them.</summary>
internal static class BatchBuilder
{
    /// <summary>
    /// Builds a batch of sequences, padded to a time. Attention is causal, so padding at the end reaches no row.
    /// </summary>
    internal static TrainingBatch Of(IReadOnlyList<Sequence> sequences, int time, Compute compute)
    {
        var ids = new long[sequences.Count * time];
        var (rows, targets) = (new List<long>(), new List<long>());
        for (var i = 0; i < sequences.Count; i++)
        {
            var sequence = sequences[i];
            for (var t = 0; t < sequence.Processed; t++)
                ids[i * time + t] = sequence.Tokens[t];
            for (var t = sequence.Start; t < sequence.Tokens.Length; t++)
            {
                rows.Add((long)i * time + t - 1);
                targets.Add(sequence.Tokens[t]);
            }
        }

        return new TrainingBatch
        {
            Ids = TensorData.Of(ids, sequences.Count, time).to(compute.Device),
            Rows = TensorData.Of([.. rows], rows.Count).to(compute.Device),
            Targets = TensorData.Of([.. targets], targets.Count).to(compute.Device),
            Lengths = [.. sequences.Select(sequence => sequence.ResponseLength)],
        };
    }

    /// <summary>Builds the batch of some examples of a lesson with all that the teacher says of them.</summary>
    internal static TrainingBatch Of(Lesson lesson, IReadOnlyList<int> members, int time, Compute compute)
    {
        var batch = Of([.. members.Select(member => lesson.Sequences[member])], time, compute);
        if (lesson.Weights is { } weights)
            batch = batch with
            {
                Weights = Floats(
                    [
                        .. members.SelectMany(member =>
                            Enumerable.Repeat((float)weights[member], lesson.Sequences[member].ResponseLength)
                        ),
                    ],
                    compute
                ),
            };
        if (lesson.States is { } states)
            batch = batch with { States = Activations(lesson, states, members, time, compute) };
        if (lesson.Probabilities is not { } scores)
            return batch;
        return lesson.TeacherSequences is { } originals
            ? WithPaired(batch, lesson, originals, scores, members, time, compute)
            : batch with
            {
                Teacher = Distribution(
                    scores,
                    [.. members.Select(member => (member, lesson.Sequences[member].ResponseLength))],
                    compute
                ),
            };
    }

    private static TeacherDistribution Distribution(
        TeacherProbabilities scores,
        IReadOnlyList<(int Member, int Length)> parts,
        Compute compute
    )
    {
        var (k, count) = (scores.K, parts.Sum(part => part.Length));
        Tensor tokens = empty([count, k], dtype: ScalarType.Int64),
            values = empty([count, k], dtype: ScalarType.Float32);
        var at = 0;
        foreach (var (member, length) in parts)
        {
            scores.Read(member, tokens.Longs().Slice(at * k, length * k), values.Floats().Slice(at * k, length * k));
            at += length;
        }

        (tokens, values) = (tokens.to(compute.Device), values.to(compute.Device));
        return scores.Sampled
            ? new TeacherDistribution.Sampled(tokens, values)
            : new TeacherDistribution.TopK(tokens, values);
    }

    // Position by position up to the shorter response.
    private static TrainingBatch WithPaired(
        TrainingBatch batch,
        Lesson lesson,
        IReadOnlyList<Sequence> originals,
        TeacherProbabilities scores,
        IReadOnlyList<int> members,
        int time,
        Compute compute
    )
    {
        var (rows, chosen, offset) = (new List<long>(), new List<long>(), 0L);
        for (var i = 0; i < members.Count; i++)
        {
            var (mine, theirs) = (lesson.Sequences[members[i]], originals[members[i]].ResponseLength);
            for (var t = 0; t < Math.Min(mine.ResponseLength, theirs); t++)
            {
                rows.Add((long)i * time + mine.Start + t - 1);
                chosen.Add(offset + t);
            }

            offset += theirs;
        }

        var whole = (TeacherDistribution.TopK)Distribution(
            scores,
            [.. members.Select(member => (member, originals[member].ResponseLength))],
            compute
        );
        var places = TensorData.Of([.. chosen], chosen.Count).to(compute.Device);
        return batch with
        {
            Paired = TensorData.Of([.. rows], rows.Count).to(compute.Device),
            Teacher = new TeacherDistribution.TopK(
                whole.Tokens.index_select(0, places),
                whole.Probabilities.index_select(0, places)
            ),
        };
    }

    private static Tensor Activations(
        Lesson lesson,
        TeacherStates states,
        IReadOnlyList<int> members,
        int time,
        Compute compute
    )
    {
        var all = zeros([members.Count * time, states.Width], dtype: ScalarType.Float32);
        for (var i = 0; i < members.Count; i++)
            states.Read(
                members[i],
                all.Floats().Slice(i * time * states.Width, lesson.Sequences[members[i]].Processed * states.Width)
            );
        return all.to(compute.Device);
    }

    internal static Tensor Floats(float[] values, Compute compute) =>
        TensorData.Of(values, values.Length).to(compute.Device);
}
