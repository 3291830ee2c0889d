using System.Runtime.Intrinsics;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Skew reverse Kullback-Leibler divergence KL(q ‖ (1 − α) p + α q) at a temperature T, p the teacher's (Ko et al.
/// 2024, DistiLLM, section 3.1).
/// </summary>
internal sealed class SkewReverseKlLoss(SkewReverseKl objective) : ObjectiveLoss<SkewReverseKl>
{
    /// <summary>The sum over the chosen rows of T² · D, in nats.</summary>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's distribution at those n positions.</param>
    /// <param name="alpha">α, strictly between 0 and 1: the weight of the student in the mixture.</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">[n]: weights of the rows; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss, or the teacher is known by draws
    /// alone.</exception>
    public static Tensor Sum(
        Tensor logits,
        Tensor rows,
        TeacherDistribution teacher,
        double alpha,
        double temperature,
        Tensor? weights = null
    )
    {
        Mixture.Check(alpha, nameof(alpha));
        return DivergenceSum.Sum(new Form((float)alpha), logits, rows, teacher, temperature, weights);
    }

    /// <summary>The same as a loss of a batch.</summary>
    internal static ILogitLoss Loss(
        Tensor rows,
        TeacherDistribution teacher,
        double alpha,
        double temperature,
        Tensor? weights = null
    )
    {
        Mixture.Check(alpha, nameof(alpha));
        return DivergenceSum.Loss(new Form((float)alpha), rows, teacher, temperature, weights);
    }

    internal override ILogitLoss OfBatch(TrainingBatch batch) =>
        Loss(batch.Rows, TeacherOf(batch), objective.Alpha, objective.Temperature);

    private readonly struct Form(float alpha) : IDivergence
    {
        public Vector512<float> Value(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => q * (logQ - Mixture.Log(p, q, 1 - alpha));

        public Vector512<float> Slope(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) =>
            q
            * (
                logQ
                - Mixture.Log(p, q, 1 - alpha)
                + Vector512<float>.One
                - Vector512.Create(alpha) * q / Mixture.Of(p, q, 1 - alpha)
            );

        public Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ) => q * (logQ - Mixture.Log(p, q, 1 - alpha));
    }
}
