using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// MiniLLM's gradient of the sequence-level reverse divergence KL(student ‖ teacher) on sampled responses, with its
/// three ways to lower the variance (Gu et al. 2024, section 2.2): the divergence of the next step is computed exactly
/// (single-step decomposition), responses may be drawn from a mixture with the teacher and are weighted step by step
/// (teacher-mixed sampling), and later rewards are averaged over the steps that are left (length normalisation).
/// </summary>
internal sealed class PolicyGradientLoss(PolicyGradient objective) : ObjectiveLoss<PolicyGradient>
{
    /// <summary>A weight beyond this says more about luck than about the student.</summary>
    private const double LargestWeight = 5;

    /// <summary>The weight of each response token, and its reward to come.</summary>
    /// <param name="Weights">w_t = q(y_t) / (a p(y_t) + (1 − a) q(y_t)), of one response.</param>
    /// <param name="LongRewards">Mean over t' &gt; t of log p(y_t') − log q(y_t'); 0 at the end.</param>
    public sealed record Steps(float[] Weights, float[] LongRewards);

    /// <summary>
    /// The steps of one response from the log-probabilities that teacher and student gave its tokens.
    /// </summary>
    /// <param name="logP">The teacher's.</param>
    /// <param name="logQ">The student's, when it was sampled.</param>
    /// <param name="teacherMix">a, the share of the teacher in the sampling distribution, 0 to less than 1.</param>
    public static Steps Of(IReadOnlyList<float> logP, IReadOnlyList<float> logQ, double teacherMix)
    {
        var (weights, rewards) = (new float[logP.Count], new float[logP.Count]);
        double later = 0;
        for (var t = logP.Count - 1; t >= 0; t--)
        {
            weights[t] = (float)
                Math.Min(LargestWeight, 1 / (teacherMix * Math.Exp(logP[t] - logQ[t]) + 1 - teacherMix));
            rewards[t] = t + 1 < logP.Count ? (float)(later / (logP.Count - 1 - t)) : 0;
            later += logP[t] - logQ[t];
        }

        return new Steps(weights, rewards);
    }

    /// <summary>
    /// A sum whose gradient is MiniLLM's: Σ w_t · KL_t(student ‖ teacher) − Σ w_t R_t log q(y_t), weights and rewards
    /// held fixed.
    /// </summary>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="targets">[n] of int64: the sampled tokens.</param>
    /// <param name="teacher">The teacher's distribution at those positions.</param>
    /// <param name="weights">[n]: w_t.</param>
    /// <param name="longRewards">[n]: R_t.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(
        Tensor logits,
        Tensor rows,
        Tensor targets,
        TeacherDistribution teacher,
        Tensor weights,
        Tensor longRewards
    ) =>
        ReverseKlLoss.Sum(logits, rows, teacher, 1, weights)
        + CrossEntropyLoss.Sum(logits, rows, targets, weights * longRewards);

    internal override ILogitLoss OfBatch(TrainingBatch batch) =>
        new OnResponses(
            batch.Rows,
            batch.Targets,
            batch.Lengths,
            (TeacherDistribution.Dense)TeacherOf(batch),
            objective.TeacherMix
        );

    /// <summary>
    /// The same as a loss of a batch whose responses the student wrote an instant ago: what it thinks of them now is
    /// what it thought then.
    /// </summary>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="targets">[n] of int64: the sampled tokens.</param>
    /// <param name="lengths">Tokens of each response, in the order of the rows.</param>
    /// <param name="teacher">The teacher's distribution at those positions.</param>
    /// <param name="teacherMix">The share of the teacher in the sampling distribution.</param>
    internal sealed class OnResponses(
        Tensor rows,
        Tensor targets,
        IReadOnlyList<int> lengths,
        TeacherDistribution.Dense teacher,
        double teacherMix
    ) : ILogitLoss
    {
        public Tensor Sum(Tensor logits)
        {
            float[] mine;
            using (no_grad())
                mine = logits
                    .detach()
                    .index_select(0, rows)
                    .to(ScalarType.Float32)
                    .log_softmax(1)
                    .gather(1, targets.unsqueeze(1))
                    .ToArray();
            var (weights, rewards) = Weights(mine, 0);
            return PolicyGradientLoss.Sum(
                logits,
                rows,
                targets,
                teacher,
                weights.to(logits.device),
                rewards.to(logits.device)
            );
        }

        public unsafe double AddGradient(Matrix logits, Matrix gradient, int first, float scale)
        {
            var mine = new float[logits.Rows];
            var wanted = targets.Longs();
            for (var i = 0; i < mine.Length; i++)
            {
                var row = logits.Start + i * logits.Row;
                mine[i] = row[wanted[first + i]] - DivergenceSum.LogNormaliser(row, logits.Columns, 1);
            }

            var (weights, rewards) = Weights(mine, first);
            return ReverseKlLoss.Loss(rows, teacher, 1, weights).AddGradient(logits, gradient, first, scale)
                + new CrossEntropyLoss.OnRows(rows, targets, weights * rewards).AddGradient(
                    logits,
                    gradient,
                    first,
                    scale
                );
        }

        // Of all rows of the batch; those of the sequences from the first row on are filled.
        private (Tensor Weights, Tensor Rewards) Weights(float[] logQ, int first)
        {
            float[] logP;
            using (no_grad())
                logP = teacher
                    .Logits.narrow(0, first, logQ.Length)
                    .to(ScalarType.Float32)
                    .log_softmax(1)
                    .gather(1, targets.narrow(0, first, logQ.Length).unsqueeze(1))
                    .ToArray();
            var (weights, rewards, passed, at) = (new float[rows.numel()], new float[rows.numel()], 0, 0);
            foreach (var length in lengths)
            {
                passed += length;
                if (passed <= first || at == logQ.Length)
                    continue;
                var steps = Of(
                    new ArraySegment<float>(logP, at, length),
                    new ArraySegment<float>(logQ, at, length),
                    teacherMix
                );
                steps.Weights.CopyTo(weights, first + at);
                steps.LongRewards.CopyTo(rewards, first + at);
                at += length;
            }

            return (TensorData.Of(weights, weights.Length), TensorData.Of(rewards, rewards.Length));
        }
    }
}
