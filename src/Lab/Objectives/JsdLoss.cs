using System.Runtime.Intrinsics;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Generalised Jensen-Shannon divergence β · KL(p ‖ m) + (1 − β) · KL(q ‖ m) with m = β p + (1 − β) q at a temperature
/// T, p the teacher's (Agarwal et al. 2024, GKD, equation 1). Divided by β it tends to KL(p ‖ q) as β → 0, and by 1 − β
/// to KL(q ‖ p) as β → 1.
/// </summary>
internal sealed class JsdLoss(Jsd objective) : ObjectiveLoss<Jsd>
{
    /// <summary>The sum over the chosen rows of T² · D, in nats.</summary>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's distribution at those n positions.</param>
    /// <param name="beta">β, strictly between 0 and 1: the weight of the teacher in the mixture.</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">[n]: weights of the rows; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss, or the teacher is known by draws
    /// alone.</exception>
    public static Tensor Sum(
        Tensor logits,
        Tensor rows,
        TeacherDistribution teacher,
        double beta,
        double temperature,
        Tensor? weights = null
    )
    {
        Mixture.Check(beta, nameof(beta));
        return DivergenceSum.Sum(new Form((float)beta), logits, rows, teacher, temperature, weights);
    }

    /// <summary>The same as a loss of a batch.</summary>
    internal static ILogitLoss Loss(
        Tensor rows,
        TeacherDistribution teacher,
        double beta,
        double temperature,
        Tensor? weights = null
    )
    {
        Mixture.Check(beta, nameof(beta));
        return DivergenceSum.Loss(new Form((float)beta), rows, teacher, temperature, weights);
    }

    internal override ILogitLoss OfBatch(TrainingBatch batch) =>
        Loss(batch.Rows, TeacherOf(batch), objective.Beta, objective.Temperature);

    private readonly struct Form(float beta) : IDivergence
    {
        public Vector512<float> Value(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) =>
            Vector512.Create(beta) * p * (logP - Mixture.Log(p, q, beta))
            + Vector512.Create(1 - beta) * q * (logQ - Mixture.Log(p, q, beta));

        public Vector512<float> Slope(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => Vector512.Create(1 - beta) * q * (logQ - Mixture.Log(p, q, beta));

        public Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ) =>
            p * (logP - Mixture.Log(p, q, beta)) * beta + q * (logQ - Mixture.Log(p, q, beta)) * (1 - beta);
    }
}
