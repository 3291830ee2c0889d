using System.Runtime.Intrinsics;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Jeffreys divergence KL(p ‖ q) + KL(q ‖ p) = Σ (p − q)(log p − log q) at a temperature T, p the teacher's (Jeffreys
/// 1946).
/// </summary>
internal sealed class JeffreysLoss(Jeffreys objective) : ObjectiveLoss<Jeffreys>
{
    /// <summary>T² times the sum over the chosen rows, in nats, as a loss of a batch.</summary>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's distribution at those n positions.</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">[n]: weights of the rows; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss, or the teacher is known by draws
    /// alone.</exception>
    internal static ILogitLoss Loss(
        Tensor rows,
        TeacherDistribution teacher,
        double temperature,
        Tensor? weights = null
    ) => DivergenceSum.Loss(new Form(), rows, teacher, temperature, weights);

    internal override ILogitLoss OfBatch(TrainingBatch batch) =>
        Loss(batch.Rows, TeacherOf(batch), objective.Temperature);

    private readonly struct Form : IDivergence
    {
        public Vector512<float> Value(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => (p - q) * (logP - logQ);

        public Vector512<float> Slope(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => q * (logQ - logP + Vector512<float>.One) - p;

        public Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ) => (p - q) * (logP - logQ);
    }
}
