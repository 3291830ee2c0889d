using System.Runtime.Intrinsics;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Total variation distance ½ Σ |p − q| at a temperature T (Wen et al. 2023, f-divergence minimisation, section 3.1).
/// </summary>
internal sealed class TotalVariationLoss(TotalVariation objective) : ObjectiveLoss<TotalVariation>
{
    /// <summary>The sum over the chosen rows of T² · D; a distance, without a unit.</summary>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's distribution at those n positions.</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">[n]: weights of the rows; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss, or the teacher is known by draws
    /// alone.</exception>
    public static Tensor Sum(
        Tensor logits,
        Tensor rows,
        TeacherDistribution teacher,
        double temperature,
        Tensor? weights = null
    ) => DivergenceSum.Sum(new Form(), logits, rows, teacher, temperature, weights);

    /// <summary>The same as a loss of a batch.</summary>
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
        ) => Vector512.Abs(p - q) * Vector512.Create(0.5f);

        public Vector512<float> Slope(
            Vector512<float> p,
            Vector512<float> logP,
            Vector512<float> q,
            Vector512<float> logQ
        ) => Vector512.ConditionalSelect(Vector512.GreaterThan(q, p), q, -q) * Vector512.Create(0.5f);

        public Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ) => (p - q).abs() * 0.5;
    }
}
