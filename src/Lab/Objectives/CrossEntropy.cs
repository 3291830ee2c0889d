using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Negative log-likelihood of hard targets: sequence-level distillation where the targets are the teacher's text (Kim and Rush 2016, section 3.2).
/// </summary>
public static class CrossEntropy
{
    /// <summary>The sum of weight · −log softmax(logits)[target] over the chosen rows, in nats.</summary>
    /// <param name="compute">Where it is computed.</param>
    /// <param name="logits">[positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="targets">[n] of int64: the token that each should predict.</param>
    /// <param name="weights">[n]: weights of the rows, of either sign; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(Compute compute, Tensor logits, Tensor rows, Tensor targets, Tensor? weights = null)
    {
        if (rows.numel() == 0) throw new ArgumentException("no position carries loss", nameof(rows));
        return compute.Fused ? Function.apply(logits, rows, targets, weights ?? ones([rows.numel()])) : Composite(logits, rows, targets, weights);
    }

    internal static Tensor Composite(Tensor logits, Tensor rows, Tensor targets, Tensor? weights)
    {
        var logQ = logits.index_select(0, rows).to(ScalarType.Float32).log_softmax(1).gather(1, targets.unsqueeze(1));
        return (weights is null ? logQ : logQ * weights.unsqueeze(1)).sum().neg();
    }

    // Keeps the logits and one log-normaliser a row; the probabilities are computed again for the gradient.
    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "CrossEntropy";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, rows, targets, weights) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3]);
            var (count, vocabulary) = ((int)rows.numel(), (int)logits.shape[1]);
            var normalisers = empty([count], dtype: ScalarType.Float32);
            var at = rows.Longs();
            var wanted = targets.Longs();
            float* weight = weights.Pointer(), logNormaliser = normalisers.Pointer();
            var start = logits.Pointer();
            double total = 0;
            for (var i = 0; i < count; i++)
            {
                var row = start + at[i] * vocabulary;
                logNormaliser[i] = Divergence.LogNormaliser(row, vocabulary, 1);
                total += weight[i] * (logNormaliser[i] - row[wanted[i]]);
            }

            ctx.save_for_backward([logits, rows, targets, weights, normalisers]);
            return TensorData.Of([(float)total]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var logits = saved[0];
            var at = saved[1].Longs();
            var wanted = saved[2].Longs();
            var (scale, vocabulary) = (grad_output.item<float>(), (int)logits.shape[1]);
            var d = Divergence.Gradient(logits, at.Length);
            float* source = logits.Pointer(), target = d.Pointer(), weights = saved[3].Pointer(), logNormaliser = saved[4].Pointer();
            for (var i = 0; i < at.Length; i++)
            {
                var row = target + at[i] * vocabulary;
                var weight = scale * weights[i];
                Simd.ExpSum(source + at[i] * vocabulary, row, vocabulary, 1, logNormaliser[i]);
                Simd.Scale(row, vocabulary, weight);
                row[wanted[i]] -= weight;
            }

            return [d, null!, null!, null!];
        }
    }
}
