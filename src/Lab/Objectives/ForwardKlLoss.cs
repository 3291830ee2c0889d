using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Forward Kullback-Leibler divergence KL(teacher ‖ student) at a temperature T, multiplied by T² so that its gradient
/// keeps its size (Hinton, Vinyals and Dean 2015, section 2).
/// </summary>
internal sealed class ForwardKlLoss(ForwardKl objective) : ObjectiveLoss<ForwardKl>
{
    /// <summary>
    /// The sum over the chosen rows of T² · KL, in nats. From draws it is the unbiased estimate of T² times the
    /// cross-entropy H(p, q) = KL + H(p): the teacher's entropy is no matter of the student's, and the gradients are
    /// the same in the mean.
    /// </summary>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's distribution at those n positions.</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">[n]: weights of the rows; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(
        Tensor logits,
        Tensor rows,
        TeacherDistribution teacher,
        double temperature,
        Tensor? weights = null
    )
    {
        if (teacher is not TeacherDistribution.Sampled sampled)
            return DivergenceSum.Sum(new Form(), logits, rows, teacher, temperature, weights);
        if (rows.numel() == 0)
            throw new ArgumentException("no position carries loss", nameof(rows));
        var logQ = (logits.index_select(0, rows).to(ScalarType.Float32) / temperature)
            .log_softmax(1)
            .gather(1, sampled.Tokens);
        var sums = (logQ * sampled.Weights).sum(1).neg();
        return (weights is null ? sums : sums * weights).sum() * (temperature * temperature);
    }

    /// <summary>The same as a loss of a batch.</summary>
    internal static ILogitLoss Loss(
        Tensor rows,
        TeacherDistribution teacher,
        double temperature,
        Tensor? weights = null
    ) =>
        teacher is TeacherDistribution.Sampled sampled
            ? new SampledLoss(rows, sampled, temperature, weights)
            : DivergenceSum.Loss(new Form(), rows, teacher, temperature, weights);

    internal override ILogitLoss OfBatch(TrainingBatch batch) =>
        Loss(batch.Rows, TeacherOf(batch), objective.Temperature);

    private readonly struct Form : IDivergence
    {
        public Vector512<float> Value(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => p * (logP - logQ);

        public Vector512<float> Slope(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => -p;

        public Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ) => p * (logP - logQ);
    }

    // With W the sum of a row's weights, the gradient with respect to logit j is T · (W q_j − the weights of the draws
    // of j).
    private sealed unsafe class SampledLoss(
        Tensor rows,
        TeacherDistribution.Sampled teacher,
        double temperature,
        Tensor? weights
    ) : ILogitLoss
    {
        public Tensor Sum(Tensor logits) => ForwardKlLoss.Sum(logits, rows, teacher, temperature, weights);

        public double AddGradient(Matrix logits, Matrix gradient, int first, float scale)
        {
            var (k, t) = ((int)teacher.Tokens.shape[1], (float)temperature);
            double total = 0;
            for (var i = 0; i < logits.Rows; i++)
            {
                float* row = logits.Start + i * logits.Row,
                    target = gradient.Start + i * gradient.Row;
                var tokens = teacher.Tokens.Longs().Slice((first + i) * k, k);
                DivergenceSum.CheckTokens(tokens, logits.Columns);
                var draws = teacher.Weights.Floats().Slice((first + i) * k, k);
                var (normaliser, mass, mine) = (
                    DivergenceSum.LogNormaliser(row, logits.Columns, t),
                    0f,
                    weights is null ? 1 : weights.Floats()[first + i]
                );
                for (var j = 0; j < k; j++)
                {
                    total += mine * draws[j] * (normaliser - row[tokens[j]] / t);
                    target[tokens[j]] -= scale * t * mine * draws[j];
                    mass += draws[j];
                }

                Simd.AddExp(row, target, logits.Columns, 1 / t, t * normaliser, scale * t * mine * mass);
            }

            return total * temperature * temperature;
        }
    }
}
