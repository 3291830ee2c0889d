using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Sums a divergence over positions. With s = ∂D/∂log q of each outcome and S their sum, the gradient with respect to logit j is (s_j − q_j S) / T; a token
/// inside the lump of the others gets its share q_j / q_rest of the lump's s. Neither pass keeps a tensor of the vocabulary's size: forward
/// keeps one log-normaliser a row, and backward computes the probabilities again.
/// </summary>
internal static class Divergence
{
    /// <summary>The least probability of the lump of the others.</summary>
    private const float Least = 1e-7f;

    /// <summary>The sum over rows of weight · T² · D, in nats.</summary>
    internal static Tensor Sum<TDivergence>(
        Compute compute, TDivergence divergence, Tensor logits, Tensor rows, TeacherDistribution teacher, double temperature, Tensor? weights)
        where TDivergence : struct, IDivergence
    {
        if (rows.numel() == 0) throw new ArgumentException("no position carries loss", nameof(rows));
        if (teacher is TeacherDistribution.Sampled) throw new ArgumentException("only forward-kl can be estimated from draws", nameof(teacher));
        if (!compute.Fused) return Composite(divergence, logits, rows, teacher, temperature, weights);
        weights ??= ones([rows.numel()]);
        return teacher switch
        {
            TeacherDistribution.Dense dense => DenseFunction<TDivergence>.apply(logits, rows, weights, dense.Logits, (float)temperature, divergence),
            TeacherDistribution.TopK top => TopKFunction<TDivergence>.apply(logits, rows, weights, top.Tokens, top.Probabilities, (float)temperature, divergence),
            _ => throw new ArgumentException($"no divergence is computed from {teacher.GetType().Name}", nameof(teacher)),
        };
    }

    internal static Tensor Composite(IDivergence divergence, Tensor logits, Tensor rows, TeacherDistribution teacher, double temperature, Tensor? weights)
    {
        var logQ = (logits.index_select(0, rows).to(ScalarType.Float32) / temperature).log_softmax(1);
        var (p, logP) = teacher switch
        {
            TeacherDistribution.Dense dense => Probabilities((dense.Logits.to(ScalarType.Float32) / temperature).log_softmax(1)),
            TeacherDistribution.TopK top => (top.Probabilities, top.Probabilities.clamp_min(1e-30).log()),
            _ => throw new ArgumentException($"no divergence is computed from {teacher.GetType().Name}", nameof(teacher)),
        };
        if (teacher is TeacherDistribution.TopK { Tokens: var tokens })
        {
            var vocabulary = logits.shape[1];
            logQ = logQ.gather(1, tokens);
            if (tokens.shape[1] < vocabulary)
            {
                var (restP, restQ) = (Rest(p), Rest(logQ.exp()));
                (p, logP, logQ) = (cat([p, restP], 1), cat([logP, restP.log()], 1), cat([logQ, restQ.log()], 1));
            }
        }

        var sums = divergence.Value(p, logP, logQ.exp(), logQ).sum(1);
        return (weights is null ? sums : sums * weights).sum() * (temperature * temperature);
    }

    private static (Tensor, Tensor) Probabilities(Tensor logP) => (logP.exp(), logP);

    private static Tensor Rest(Tensor probabilities) => (probabilities.sum(1).neg() + 1.0).clamp_min(Least).unsqueeze(1);

    private sealed unsafe class DenseFunction<TDivergence> : autograd.SingleTensorFunction<DenseFunction<TDivergence>> where TDivergence : struct, IDivergence
    {
        public override string Name => "DenseDivergence";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, rows, weights, teacher, temperature, divergence) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (float)vars[4], (TDivergence)vars[5]);
            var (count, vocabulary) = ((int)rows.numel(), (int)logits.shape[1]);
            // Of each row: the two log-normalisers and the sum of slopes.
            var kept = empty([count, 3], dtype: ScalarType.Float32);
            float* start = logits.Pointer(), other = teacher.Pointer(), keep = kept.Pointer(), weight = weights.Pointer();
            var at = rows.Longs();
            double total = 0;
            for (var i = 0; i < count; i++, keep += 3)
            {
                float* student = start + at[i] * vocabulary, taught = other + (long)i * vocabulary;
                (keep[0], keep[1]) = (LogNormaliser(student, vocabulary, temperature), LogNormaliser(taught, vocabulary, temperature));
                var (value, slope) = (Vector512<float>.Zero, Vector512<float>.Zero);
                for (var j = 0; j < vocabulary; j += Simd.Width)
                {
                    var (p, logP, q, logQ) = Outcomes(student, taught, j, vocabulary, temperature, keep[0], keep[1]);
                    value += divergence.Value(p, logP, q, logQ);
                    slope += divergence.Slope(p, logP, q, logQ);
                }

                keep[2] = Vector512.Sum(slope);
                total += weight[i] * Vector512.Sum(value);
            }

            ctx.save_data("numbers", (temperature, divergence));
            ctx.save_for_backward([logits, rows, weights, teacher, kept]);
            return TensorData.Of([(float)(total * temperature * temperature)]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var (logits, teacher) = (saved[0], saved[3]);
            var at = saved[1].Longs();
            var (temperature, divergence) = ((float, TDivergence))ctx.get_data("numbers")!;
            var vocabulary = (int)logits.shape[1];
            var d = Gradient(logits, at.Length);
            float* start = logits.Pointer(), other = teacher.Pointer(), keep = saved[4].Pointer(), weight = saved[2].Pointer(), target = d.Pointer();
            var scale = grad_output.item<float>() * temperature;
            for (var i = 0; i < at.Length; i++, keep += 3)
            {
                float* student = start + at[i] * vocabulary, taught = other + (long)i * vocabulary, row = target + at[i] * vocabulary;
                var (factor, sum) = (Vector512.Create(scale * weight[i]), Vector512.Create(keep[2]));
                for (var j = 0; j < vocabulary; j += Simd.Width)
                {
                    var (p, logP, q, logQ) = Outcomes(student, taught, j, vocabulary, temperature, keep[0], keep[1]);
                    Simd.Store(factor * (divergence.Slope(p, logP, q, logQ) - q * sum), row + j, vocabulary - j);
                }
            }

            return [d, null!, null!, null!, null!, null!];
        }

        // Lanes beyond the vocabulary are outcomes of probability 0.
        private static (Vector512<float> P, Vector512<float> LogP, Vector512<float> Q, Vector512<float> LogQ) Outcomes(
            float* student, float* taught, int j, int vocabulary, float temperature, float normaliser, float teacherNormaliser)
        {
            var inverse = Vector512.Create(1 / temperature);
            var logQ = Simd.Load(student + j, vocabulary - j, -1e9f) * inverse - Vector512.Create(normaliser);
            var logP = Simd.Load(taught + j, vocabulary - j, -1e9f) * inverse - Vector512.Create(teacherNormaliser);
            return (Simd.Exp(logP), logP, Simd.Exp(logQ), logQ);
        }
    }

    private sealed unsafe class TopKFunction<TDivergence> : autograd.SingleTensorFunction<TopKFunction<TDivergence>> where TDivergence : struct, IDivergence
    {
        public override string Name => "TopKDivergence";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (logits, rows, weights, tokens, probabilities, temperature, divergence) =
                ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2], (Tensor)vars[3], (Tensor)vars[4], (float)vars[5], (TDivergence)vars[6]);
            var (count, vocabulary, k) = ((int)rows.numel(), (int)logits.shape[1], (int)tokens.shape[1]);
            var normalisers = empty([count], dtype: ScalarType.Float32);
            float* start = logits.Pointer(), teacher = probabilities.Pointer(), keep = normalisers.Pointer(), weight = weights.Pointer();
            var at = rows.Longs();
            var named = tokens.Longs();
            var outcomes = new NamedOutcomes(k, vocabulary);
            double total = 0;
            for (var i = 0; i < count; i++)
            {
                var student = start + at[i] * vocabulary;
                keep[i] = LogNormaliser(student, vocabulary, temperature);
                outcomes.Gather(student, named.Slice(i * k, k), teacher + (long)i * k, temperature, keep[i]);
                total += weight[i] * outcomes.Value(divergence);
            }

            ctx.save_data("numbers", (temperature, divergence));
            ctx.save_for_backward([logits, rows, weights, tokens, probabilities, normalisers]);
            return TensorData.Of([(float)(total * temperature * temperature)]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var logits = saved[0];
            var at = saved[1].Longs();
            var named = saved[3].Longs();
            var (temperature, divergence) = ((float, TDivergence))ctx.get_data("numbers")!;
            var (vocabulary, k) = ((int)logits.shape[1], (int)saved[3].shape[1]);
            var d = Gradient(logits, at.Length);
            float* start = logits.Pointer(), teacher = saved[4].Pointer(), keep = saved[5].Pointer(), weight = saved[2].Pointer(), target = d.Pointer();
            var outcomes = new NamedOutcomes(k, vocabulary);
            for (var i = 0; i < at.Length; i++)
            {
                float* student = start + at[i] * vocabulary, row = target + at[i] * vocabulary;
                var tokens = named.Slice(i * k, k);
                outcomes.Gather(student, tokens, teacher + (long)i * k, temperature, keep[i]);
                var factor = grad_output.item<float>() * temperature * weight[i];
                var (sum, lump) = outcomes.Slopes(divergence);
                Simd.ExpSum(student, row, vocabulary, 1 / temperature, temperature * keep[i]);
                Simd.Scale(row, vocabulary, factor * (lump - sum));
                for (var j = 0; j < k; j++) row[tokens[j]] = factor * (outcomes.SlopeOf(j) - outcomes.StudentOf(j) * sum);
            }

            return [d, null!, null!, null!, null!, null!, null!];
        }
    }

    /// <summary>One row's named outcomes and the lump of the others, padded to whole vectors with outcomes of probability 0.</summary>
    private sealed unsafe class NamedOutcomes
    {
        private readonly int k;
        private readonly bool lumped;
        private readonly float[] p;
        private readonly float[] logP;
        private readonly float[] q;
        private readonly float[] logQ;
        private readonly float[] slopes;

        internal NamedOutcomes(int k, int vocabulary)
        {
            (this.k, lumped) = (k, k < vocabulary);
            var size = (k + 1 + Simd.Width - 1) / Simd.Width * Simd.Width;
            (p, q, logP, logQ, slopes) = (new float[size], new float[size], new float[size], new float[size], new float[size]);
            Array.Fill(logP, -70f);
            Array.Fill(logQ, -70f);
        }

        internal float StudentOf(int entry) => q[entry];

        internal float SlopeOf(int entry) => slopes[entry];

        internal void Gather(float* student, Span<long> tokens, float* teacher, float temperature, float normaliser)
        {
            var (restP, restQ) = (1f, 1f);
            for (var j = 0; j < k; j++)
            {
                p[j] = teacher[j];
                logP[j] = MathF.Log(MathF.Max(p[j], 1e-30f));
                logQ[j] = student[tokens[j]] / temperature - normaliser;
                q[j] = MathF.Exp(logQ[j]);
                (restP, restQ) = (restP - p[j], restQ - q[j]);
            }

            if (!lumped) return;
            (p[k], q[k]) = (MathF.Max(restP, Least), MathF.Max(restQ, Least));
            (logP[k], logQ[k]) = (MathF.Log(p[k]), MathF.Log(q[k]));
        }

        internal float Value<TDivergence>(TDivergence divergence) where TDivergence : struct, IDivergence
        {
            var sum = Vector512<float>.Zero;
            for (var j = 0; j < p.Length; j += Simd.Width) sum += divergence.Value(At(p, j), At(logP, j), At(q, j), At(logQ, j));
            return Vector512.Sum(sum);
        }

        /// <summary>The sum of slopes, and the slope of the lump for each unit of its mass; a lump at its least value has none.</summary>
        internal (float Sum, float Lump) Slopes<TDivergence>(TDivergence divergence) where TDivergence : struct, IDivergence
        {
            for (var j = 0; j < p.Length; j += Simd.Width) divergence.Slope(At(p, j), At(logP, j), At(q, j), At(logQ, j)).CopyTo(slopes, j);
            if (lumped && q[k] <= Least) slopes[k] = 0;
            var sum = 0f;
            for (var j = 0; j <= k && j < slopes.Length; j++) sum += slopes[j];
            return (sum, lumped ? slopes[k] / q[k] : 0);
        }

        private static Vector512<float> At(float[] values, int j) => Vector512.Create(values, j);
    }

    internal static unsafe float LogNormaliser(float* row, int vocabulary, float temperature)
    {
        var largest = Simd.Max(row, vocabulary);
        return largest / temperature + MathF.Log(Simd.ExpSum(row, vocabulary, 1 / temperature, largest));
    }

    /// <summary>A gradient like the logits; positions without loss have gradient 0.</summary>
    internal static Tensor Gradient(Tensor logits, int rows) =>
        rows == logits.shape[0] ? empty(logits.shape, dtype: ScalarType.Float32) : zeros(logits.shape, dtype: ScalarType.Float32);
}
