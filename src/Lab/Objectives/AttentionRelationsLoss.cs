using Bench.Lab.Models;
using Bench.Protocol.Objectives;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Matching of self-attention relations: how much each position's query, key or value resembles those of the positions
/// before it, as a distribution (Wang et al. 2020, MiniLM, equations 3 to 6; relation heads that both models are cut
/// into, so that their numbers of heads and widths may differ: Wang et al. 2021, MiniLMv2, equation 2). Causal: a
/// position relates to itself and to what came before.
/// </summary>
internal sealed class AttentionRelationsLoss(AttentionRelations objective, ObjectiveSetting setting)
    : ObjectiveLoss<AttentionRelations>
{
    internal override LayerTap Tap() =>
        new(objective.LayerOf(objective.StudentLayer, setting.Student.Shape), attention: true);

    /// <summary>Queries, keys and values in equal shares.</summary>
    internal override Tensor Sum(TrainingBatch batch, Tensor logits, LayerTap? tap)
    {
        var (rows, time, sum) = (batch.Ids.shape[0], batch.Ids.shape[1], (Tensor?)null);
        var (mine, theirs) = (tap!.Taken.view(rows, time, -1), batch.States!.view(rows, time, -1));
        for (var part = 0; part < 3; part++)
        {
            var relation = Sum(
                Part(mine, setting.Student.Shape, part),
                Part(theirs, setting.Teacher!, part),
                batch.Rows,
                objective.RelationHeads
            );
            sum = sum is null ? relation : sum + relation;
        }

        return sum! * (1.0 / 3);
    }

    private static Tensor Part(Tensor projection, ModelShape shape, int part)
    {
        var (queries, others) = (shape.Heads * shape.HeadWidth, shape.KeyValueHeads * shape.HeadWidth);
        return part == 0
            ? projection.narrow(2, 0, queries)
            : projection.narrow(2, queries + (part - 1) * others, others);
    }

    /// <summary>
    /// The sum over the chosen rows of the mean over relation heads of KL(teacher's relation ‖ student's), in nats, for
    /// one kind of vectors.
    /// </summary>
    /// <param name="student">[batch, time, channels].</param>
    /// <param name="teacher">[batch, time, channels of the teacher].</param>
    /// <param name="rows">[n] of int64 into the flattened positions: those that carry loss.</param>
    /// <param name="heads">Relation heads: a divisor of both numbers of channels.</param>
    /// <exception cref="ArgumentException">No position carries loss, or the heads do not divide the
    /// channels.</exception>
    public static Tensor Sum(Tensor student, Tensor teacher, Tensor rows, int heads)
    {
        if (rows.numel() == 0)
            throw new ArgumentException("no position carries loss", nameof(rows));
        var (logQ, logP) = (Relations(student, heads), Relations(teacher, heads));
        var divergence = (logP.exp() * (logP - logQ)).sum(3);
        var (batch, time) = (student.shape[0], student.shape[1]);
        return divergence.transpose(1, 2).reshape(batch * time, heads).index_select(0, rows).sum() * (1.0 / heads);
    }

    /// <summary>Logarithms of the relations, [batch, heads, time, time].</summary>
    private static Tensor Relations(Tensor vectors, int heads)
    {
        var (batch, time, channels) = (vectors.shape[0], vectors.shape[1], vectors.shape[2]);
        if (channels % heads != 0)
            throw new ArgumentException($"{heads} relation heads do not divide {channels} channels", nameof(heads));
        var width = channels / heads;
        var split = vectors.to(ScalarType.Float32).reshape(batch, time, heads, width).transpose(1, 2);
        var scores = split.matmul(split.transpose(2, 3)) * (1 / Math.Sqrt(width));
        var future = ones([time, time], dtype: ScalarType.Bool, device: vectors.device).triu(1);
        // A large negative number rather than −∞: its probability is 0 and 0 · (log p − log q) stays a number.
        return scores.masked_fill(future, -1e4).log_softmax(3);
    }
}
