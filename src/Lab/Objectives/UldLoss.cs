using Bench.Lab.Models;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Universal logit distillation: the Wasserstein distance between two distributions over vocabularies that have nothing
/// in common, which at uniform cost is the distance between their sorted probabilities (Boizard et al. 2024, ULD,
/// equation 5). Position by position up to the shorter response, as there.
/// </summary>
internal sealed class UldLoss(Uld objective) : ObjectiveLoss<Uld>
{
    /// <summary>
    /// The sum over the chosen rows of Σ |p sorted − q sorted| over the k largest, and the difference of what each
    /// lacks to 1.
    /// </summary>
    /// <param name="logits">The student's, [positions, student vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that have a counterpart.</param>
    /// <param name="probabilities">[n, k]: the teacher's largest probabilities in falling order.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(Tensor logits, Tensor rows, Tensor probabilities)
    {
        if (rows.numel() == 0)
            throw new ArgumentException("no position carries loss", nameof(rows));
        var (count, named) = (rows.numel(), (int)Math.Min(probabilities.shape[1], logits.shape[1]));
        var (largest, _) = logits.index_select(0, rows).to(ScalarType.Float32).softmax(1).topk(named, 1);
        // Where the student has fewer tokens than the teacher names, it is padded with zeros.
        if (named < probabilities.shape[1])
            largest = cat([largest, zeros([count, probabilities.shape[1] - named], device: logits.device)], 1);
        var rest = (largest.sum(1) - probabilities.sum(1)).abs();
        return (largest - probabilities).abs().sum() + rest.sum();
    }

    internal override Tensor Sum(TrainingBatch batch, Tensor logits, LayerTap? tap) =>
        Sum(
            logits / objective.Temperature,
            batch.Paired ?? batch.Rows,
            ((TeacherDistribution.TopK)TeacherOf(batch)).Probabilities
        );
}
