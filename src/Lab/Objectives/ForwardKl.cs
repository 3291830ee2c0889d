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
    /// The sum over the chosen rows of T² · KL, in nats, over k + 1 outcomes: the teacher's k most likely tokens and all the others together.
    /// Lumping outcomes never raises a divergence, so this is a lower bound of the dense one, and equal to it where k is the vocabulary.
    /// </summary>
    /// <param name="compute">Where it is computed.</param>
    /// <param name="logits">The student's, [positions, vocabulary].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="indices">[n, k] of int64: the teacher's tokens.</param>
    /// <param name="probabilities">[n, k]: the teacher's probabilities of them at the temperature.</param>
    /// <param name="temperature">T.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor SumTopK(Compute compute, Tensor logits, Tensor rows, Tensor indices, Tensor probabilities, double temperature)
    {
        if (rows.numel() == 0) throw new ArgumentException("no position carries loss", nameof(rows));
        return compute.Fused
            ? Function.apply(logits, rows, indices, probabilities, (float)temperature)
            : Composite(logits, rows, indices, probabilities, temperature);
    }

    /// <summary>The least probability of the lump of the others: below it the lump counts as impossible for the teacher.</summary>
    private const float Least = 1e-7f;

    internal static Tensor Composite(Tensor logits, Tensor rows, Tensor indices, Tensor probabilities, double temperature)
    {
        var logStudent = (logits.index_select(0, rows).to(ScalarType.Float32) / temperature).log_softmax(1).gather(1, indices);
        var named = (probabilities * (probabilities.clamp_min(1e-30).log() - logStudent)).sum();
        if (indices.shape[1] == logits.shape[1]) return named * (temperature * temperature);
        var restTeacher = probabilities.sum(1).neg() + 1.0;
        var restStudent = (logStudent.exp().sum(1).neg() + 1.0).clamp_min(Least);
        var lump = restTeacher * (restTeacher.clamp_min(1e-30).log() - restStudent.log());
        return (named + where(restTeacher.lt(Least), zeros(restTeacher.shape, device: restTeacher.device), lump).sum()) * (temperature * temperature);
    }

    // With student q and teacher p at temperature T, the gradient with respect to logit j is T · (q_j − p_j) for a named token and
    // T · q_j · (1 − p_rest / q_rest) for the others.
    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "ForwardKlTopK";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, rows, indices, probabilities, temperature) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (float)vars[4]);
            var (count, vocabulary, k) = ((int)rows.numel(), (int)logits.shape[1], (int)indices.shape[1]);
            var normalisers = empty([count], dtype: ScalarType.Float32);
            var at = rows.Longs();
            var token = indices.Longs();
            var teacher = probabilities.Floats();
            var logNormaliser = normalisers.Floats();
            var start = logits.Pointer();
            double total = 0;
            for (var i = 0; i < count; i++)
            {
                var row = start + at[i] * vocabulary;
                var largest = Simd.Max(row, vocabulary);
                logNormaliser[i] = largest / temperature + MathF.Log(Simd.ExpSum(row, vocabulary, 1 / temperature, largest));
                var (restTeacher, restStudent) = (1f, 1f);
                for (var j = i * k; j < (i + 1) * k; j++)
                {
                    var (p, logStudent) = (teacher[j], row[token[j]] / temperature - logNormaliser[i]);
                    total += p * (MathF.Log(MathF.Max(p, 1e-30f)) - logStudent);
                    restTeacher -= p;
                    restStudent -= MathF.Exp(logStudent);
                }

                if (k < vocabulary && restTeacher >= Least) total += restTeacher * (MathF.Log(restTeacher) - MathF.Log(MathF.Max(restStudent, Least)));
            }

            ctx.save_data("temperature", temperature);
            ctx.save_for_backward([logits, rows, indices, probabilities, normalisers]);
            return TensorData.Of([(float)(total * temperature * temperature)]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var logits = saved[0];
            var at = saved[1].Longs();
            var token = saved[2].Longs();
            var teacher = saved[3].Floats();
            var logNormaliser = saved[4].Floats();
            var (temperature, vocabulary, k) = ((float)ctx.get_data("temperature")!, (int)logits.shape[1], (int)saved[2].shape[1]);
            var weight = grad_output.item<float>() * temperature;
            var d = at.Length == logits.shape[0] ? empty(logits.shape, dtype: ScalarType.Float32) : zeros(logits.shape, dtype: ScalarType.Float32);
            float* source = logits.Pointer(), target = d.Pointer();
            var named = new float[k];
            for (var i = 0; i < at.Length; i++)
            {
                var row = target + at[i] * vocabulary;
                Simd.ExpSum(source + at[i] * vocabulary, row, vocabulary, 1 / temperature, temperature * logNormaliser[i]);
                var (restTeacher, restStudent) = (1f, 1f);
                for (var j = i * k; j < (i + 1) * k; j++)
                {
                    restTeacher -= teacher[j];
                    restStudent -= row[token[j]];
                }

                // The others share one factor: their lump's ratio, or the teacher's named mass where the lump has no gradient.
                var lumped = k < vocabulary && restTeacher >= Least && restStudent > Least;
                for (var j = 0; j < k; j++) named[j] = row[token[i * k + j]];
                Simd.Scale(row, vocabulary, weight * (lumped ? 1 - restTeacher / restStudent : 1 - restTeacher));
                for (var j = 0; j < k; j++)
                    row[token[i * k + j]] = weight * (named[j] * (lumped ? 1 : 1 - restTeacher) - teacher[i * k + j]);
            }

            return [d, null!, null!, null!, null!];
        }
    }
}
