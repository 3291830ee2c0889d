using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Negative log-likelihood of hard targets: sequence-level distillation where the targets are the teacher's text (Kim
/// and Rush 2016, section 3.2).
/// </summary>
internal sealed class CrossEntropyLoss : ObjectiveLoss<CrossEntropy>
{
    /// <summary>The sum of weight · −log softmax(logits)[target] over the chosen rows, in nats.</summary>
    /// <param name="logits">[positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="targets">[n] of int64: the token that each should predict.</param>
    /// <param name="weights">[n]: weights of the rows, of either sign; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(Tensor logits, Tensor rows, Tensor targets, Tensor? weights = null)
    {
        if (rows.numel() == 0)
            throw new ArgumentException("no position carries loss", nameof(rows));
        var logQ = logits.index_select(0, rows).to(ScalarType.Float32).log_softmax(1).gather(1, targets.unsqueeze(1));
        return (weights is null ? logQ : logQ * weights.unsqueeze(1)).sum().neg();
    }

    internal override ILogitLoss OfBatch(TrainingBatch batch) => new OnRows(batch.Rows, batch.Targets, batch.Weights);

    /// <summary>
    /// The same as a loss of a batch: with respect to logit j of a row the gradient is weight · (q_j − 1 at the
    /// target).
    /// </summary>
    internal sealed unsafe class OnRows(Tensor rows, Tensor targets, Tensor? weights = null) : ILogitLoss
    {
        public Tensor Sum(Tensor logits) => CrossEntropyLoss.Sum(logits, rows, targets, weights);

        public double AddGradient(Matrix logits, Matrix gradient, int first, float scale)
        {
            var wanted = targets.Longs().Slice(first, logits.Rows);
            DivergenceSum.CheckTokens(wanted, logits.Columns);
            var weight = weights is null ? default : weights.Floats().Slice(first, logits.Rows);
            double total = 0;
            for (var i = 0; i < logits.Rows; i++)
            {
                float* row = logits.Start + i * logits.Row,
                    target = gradient.Start + i * gradient.Row;
                var normaliser = DivergenceSum.LogNormaliser(row, logits.Columns, 1);
                var mine = weights is null ? 1 : weight[i];
                total += mine * (normaliser - row[wanted[i]]);
                Simd.AddExp(row, target, logits.Columns, 1, normaliser, scale * mine);
                target[wanted[i]] -= scale * mine;
            }

            return total;
        }
    }
}
