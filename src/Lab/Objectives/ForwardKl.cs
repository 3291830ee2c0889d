using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Forward Kullback-Leibler divergence KL(teacher ‖ student) at a temperature T, multiplied by T² so that its gradient keeps its size
/// (Hinton, Vinyals and Dean 2015, section 2).
/// </summary>
public static class ForwardKl
{
    /// <summary>
    /// The sum over the chosen rows of T² · KL, in nats. From draws it is the unbiased estimate of T² times the cross-entropy H(p, q) = KL + H(p): the
    /// teacher's entropy is no matter of the student's, and the gradients are the same in the mean.
    /// </summary>
    /// <param name="compute">Where it is computed.</param>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's distribution at those n positions.</param>
    /// <param name="temperature">T.</param>
    /// <param name="weights">[n]: weights of the rows; all 1 if absent.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(Compute compute, Tensor logits, Tensor rows, TeacherDistribution teacher, double temperature, Tensor? weights = null)
    {
        if (teacher is not TeacherDistribution.Sampled sampled) return Divergence.Sum(compute, new Form(), logits, rows, teacher, temperature, weights);
        if (rows.numel() == 0) throw new ArgumentException("no position carries loss", nameof(rows));
        return compute.Fused
            ? SampledFunction.apply(logits, rows, weights ?? ones([rows.numel()]), sampled.Tokens, sampled.Weights, (float)temperature)
            : Composite(logits, rows, sampled, temperature, weights);
    }

    internal static Tensor Composite(Tensor logits, Tensor rows, TeacherDistribution.Sampled sampled, double temperature, Tensor? weights)
    {
        var logQ = (logits.index_select(0, rows).to(ScalarType.Float32) / temperature).log_softmax(1).gather(1, sampled.Tokens);
        var sums = (logQ * sampled.Weights).sum(1).neg();
        return (weights is null ? sums : sums * weights).sum() * (temperature * temperature);
    }

    private readonly struct Form : IDivergence
    {
        public Vector512<float> Value(Vector512<float> p, Vector512<float> logP, Vector512<float> q, Vector512<float> logQ) => p * (logP - logQ);

        public Vector512<float> Slope(Vector512<float> p, Vector512<float> logP, Vector512<float> q, Vector512<float> logQ) => -p;

        public Tensor Value(Tensor p, Tensor logP, Tensor q, Tensor logQ) => p * (logP - logQ);
    }

    // With W the sum of a row's weights, the gradient with respect to logit j is T · (W q_j − the weights of the draws of j).
    private sealed unsafe class SampledFunction : autograd.SingleTensorFunction<SampledFunction>
    {
        public override string Name => "SampledForwardKl";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, rows, weights, tokens, draws, temperature) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (Tensor)vars[4], (float)vars[5]);
            var (count, vocabulary, k) = ((int)rows.numel(), (int)logits.shape[1], (int)tokens.shape[1]);
            var normalisers = empty([count], dtype: ScalarType.Float32);
            float* start = logits.Pointer(), weight = weights.Pointer(), drawn = draws.Pointer(), keep = normalisers.Pointer();
            var at = rows.Longs();
            var named = tokens.Longs();
            double total = 0;
            for (var i = 0; i < count; i++)
            {
                var row = start + at[i] * vocabulary;
                keep[i] = Divergence.LogNormaliser(row, vocabulary, temperature);
                for (var j = i * k; j < (i + 1) * k; j++) total += weight[i] * drawn[j] * (keep[i] - row[named[j]] / temperature);
            }

            ctx.save_data("temperature", temperature);
            ctx.save_for_backward([logits, rows, weights, tokens, draws, normalisers]);
            return TensorData.Of([(float)(total * temperature * temperature)]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var logits = saved[0];
            var at = saved[1].Longs();
            var named = saved[3].Longs();
            var (temperature, vocabulary, k) = ((float)ctx.get_data("temperature")!, (int)logits.shape[1], (int)saved[3].shape[1]);
            var d = Divergence.Gradient(logits, at.Length);
            float* start = logits.Pointer(), weight = saved[2].Pointer(), drawn = saved[4].Pointer(), keep = saved[5].Pointer(), target = d.Pointer();
            for (var i = 0; i < at.Length; i++)
            {
                var row = target + at[i] * vocabulary;
                var (factor, mass) = (grad_output.item<float>() * temperature * weight[i], 0f);
                for (var j = i * k; j < (i + 1) * k; j++) mass += drawn[j];
                Simd.ExpSum(start + at[i] * vocabulary, row, vocabulary, 1 / temperature, temperature * keep[i]);
                Simd.Scale(row, vocabulary, factor * mass);
                for (var j = i * k; j < (i + 1) * k; j++) row[named[j]] -= factor * drawn[j];
            }

            return [d, null!, null!, null!, null!, null!];
        }
    }
}
