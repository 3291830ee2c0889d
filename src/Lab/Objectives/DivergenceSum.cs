using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Sums a divergence over positions. With s = ∂D/∂log q of each outcome and S their sum, the gradient with respect to
/// logit j is (s_j − q_j S) / T; a token inside the lump of the others gets its share q_j / q_rest of the lump's s. No
/// tensor of the vocabulary's size is kept.
/// </summary>
internal static class DivergenceSum
{
    /// <summary>The least probability of the lump of the others.</summary>
    private const float Least = 1e-7f;

    /// <summary>The sum over rows of weight · T² · D, in nats, from torch's own operations.</summary>
    /// <exception cref="ArgumentException">No position carries loss, or the teacher is known by draws
    /// alone.</exception>
    internal static Tensor Sum(
        IDivergence divergence,
        Tensor logits,
        Tensor rows,
        TeacherDistribution teacher,
        double temperature,
        Tensor? weights
    )
    {
        Check(rows, teacher);
        var logQ = (logits.index_select(0, rows).to(ScalarType.Float32) / temperature).log_softmax(1);
        var (p, logP) = teacher switch
        {
            TeacherDistribution.Dense dense => Probabilities(
                (dense.Logits.to(ScalarType.Float32) / temperature).log_softmax(1)
            ),
            TeacherDistribution.TopK top => (top.Probabilities, top.Probabilities.clamp_min(1e-30).log()),
            _ => throw new ArgumentException(
                $"no divergence is computed from {teacher.GetType().Name}",
                nameof(teacher)
            ),
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

    /// <summary>The same as a loss of a batch.</summary>
    /// <exception cref="ArgumentException">No position carries loss, or the teacher is known by draws
    /// alone.</exception>
    internal static ILogitLoss Loss<TDivergence>(
        TDivergence divergence,
        Tensor rows,
        TeacherDistribution teacher,
        double temperature,
        Tensor? weights
    )
        where TDivergence : struct, IDivergence
    {
        Check(rows, teacher);
        return teacher is TeacherDistribution.TopK top
            ? new TopKLoss<TDivergence>(divergence, rows, top, temperature, weights)
            : new DenseLoss<TDivergence>(divergence, rows, (TeacherDistribution.Dense)teacher, temperature, weights);
    }

    /// <summary>Sees that tokens are of the vocabulary: they say where memory is written.</summary>
    /// <exception cref="ArgumentException">One is not.</exception>
    internal static void CheckTokens(ReadOnlySpan<long> tokens, int vocabulary)
    {
        foreach (var token in tokens)
            if ((ulong)token >= (ulong)vocabulary)
                throw new ArgumentException($"token {token} is not in a vocabulary of {vocabulary}");
    }

    private static void Check(Tensor rows, TeacherDistribution teacher)
    {
        if (rows.numel() == 0)
            throw new ArgumentException("no position carries loss", nameof(rows));
        if (teacher is TeacherDistribution.Sampled)
            throw new ArgumentException("only forward-kl can be estimated from draws", nameof(teacher));
    }

    private static (Tensor, Tensor) Probabilities(Tensor logP) => (logP.exp(), logP);

    private static Tensor Rest(Tensor probabilities) =>
        (probabilities.sum(1).neg() + 1.0).clamp_min(Least).unsqueeze(1);

    private sealed unsafe class DenseLoss<TDivergence>(
        TDivergence divergence,
        Tensor rows,
        TeacherDistribution.Dense teacher,
        double temperature,
        Tensor? weights
    ) : ILogitLoss
        where TDivergence : struct, IDivergence
    {
        public Tensor Sum(Tensor logits) => DivergenceSum.Sum(divergence, logits, rows, teacher, temperature, weights);

        public double AddGradient(Matrix logits, Matrix gradient, int first, float scale)
        {
            var (vocabulary, inverse, start) = (logits.Columns, 1 / (float)temperature, 0.0);
            var other = teacher.Logits.Pointer();
            var weight = weights is null ? default : weights.Floats();
            for (var i = 0; i < logits.Rows; i++)
            {
                float* student = logits.Start + i * logits.Row,
                    taught = other + (long)(first + i) * vocabulary,
                    target = gradient.Start + i * gradient.Row;
                var mine = weights is null ? 1 : weight[first + i];
                var (normaliser, teachers) = (
                    LogNormaliser(student, vocabulary, (float)temperature),
                    LogNormaliser(taught, vocabulary, (float)temperature)
                );
                var (value, slope) = (Vector512<float>.Zero, Vector512<float>.Zero);
                for (var j = 0; j < vocabulary; j += Simd.Width)
                {
                    var (p, logP, q, logQ) = Outcomes(
                        student + j,
                        taught + j,
                        vocabulary - j,
                        inverse,
                        normaliser,
                        teachers
                    );
                    value += divergence.Value(p, logP, q, logQ);
                    slope += divergence.Slope(p, logP, q, logQ);
                }

                start += mine * Vector512.Sum(value);
                var (factor, sum) = (
                    Vector512.Create(scale * (float)temperature * mine),
                    Vector512.Create(Vector512.Sum(slope))
                );
                for (var j = 0; j < vocabulary; j += Simd.Width)
                {
                    var (p, logP, q, logQ) = Outcomes(
                        student + j,
                        taught + j,
                        vocabulary - j,
                        inverse,
                        normaliser,
                        teachers
                    );
                    Simd.Store(
                        Simd.Load(target + j, vocabulary - j, 0)
                            + factor * (divergence.Slope(p, logP, q, logQ) - q * sum),
                        target + j,
                        vocabulary - j
                    );
                }
            }

            return start * temperature * temperature;
        }

        // Lanes beyond the vocabulary are outcomes of probability 0.
        private static (Vector512<float> P, Vector512<float> LogP, Vector512<float> Q, Vector512<float> LogQ) Outcomes(
            float* student,
            float* taught,
            int left,
            float inverse,
            float normaliser,
            float teachers
        )
        {
            var logQ = Simd.Load(student, left, -1e9f) * inverse - Vector512.Create(normaliser);
            var logP = Simd.Load(taught, left, -1e9f) * inverse - Vector512.Create(teachers);
            return (Simd.Exp(logP), logP, Simd.Exp(logQ), logQ);
        }
    }

    private sealed unsafe class TopKLoss<TDivergence>(
        TDivergence divergence,
        Tensor rows,
        TeacherDistribution.TopK teacher,
        double temperature,
        Tensor? weights
    ) : ILogitLoss
        where TDivergence : struct, IDivergence
    {
        public Tensor Sum(Tensor logits) => DivergenceSum.Sum(divergence, logits, rows, teacher, temperature, weights);

        public double AddGradient(Matrix logits, Matrix gradient, int first, float scale)
        {
            var (vocabulary, k, t) = (logits.Columns, (int)teacher.Tokens.shape[1], (float)temperature);
            var named = teacher.Tokens.Longs();
            var probabilities = teacher.Probabilities.Floats();
            var weight = weights is null ? default : weights.Floats();
            CheckTokens(named.Slice(first * k, logits.Rows * k), vocabulary);
            var outcomes = new NamedOutcomes(k, vocabulary);
            double total = 0;
            for (var i = 0; i < logits.Rows; i++)
            {
                float* student = logits.Start + i * logits.Row,
                    row = gradient.Start + i * gradient.Row;
                var (normaliser, mine) = (
                    LogNormaliser(student, vocabulary, t),
                    weights is null ? 1 : weight[first + i]
                );
                var tokens = named.Slice((first + i) * k, k);
                outcomes.Gather(student, tokens, probabilities.Slice((first + i) * k, k), t, normaliser);
                total += mine * outcomes.Value(divergence);
                var factor = scale * t * mine;
                var (sum, lump) = outcomes.Slopes(divergence);
                // Every token as one of the others, then those that are named as what they are.
                var share = factor * (lump - sum);
                Simd.AddExp(student, row, vocabulary, 1 / t, t * normaliser, share);
                for (var j = 0; j < k; j++)
                    row[tokens[j]] +=
                        factor * (outcomes.SlopeOf(j) - outcomes.StudentOf(j) * sum) - share * outcomes.StudentOf(j);
            }

            return total * temperature * temperature;
        }
    }

    /// <summary>
    /// One row's named outcomes and the lump of the others, padded to whole vectors with outcomes of probability 0.
    /// </summary>
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
            (p, q, logP, logQ, slopes) = (
                new float[size],
                new float[size],
                new float[size],
                new float[size],
                new float[size]
            );
            Array.Fill(logP, -70f);
            Array.Fill(logQ, -70f);
        }

        internal float StudentOf(int entry) => q[entry];

        internal float SlopeOf(int entry) => slopes[entry];

        internal void Gather(
            float* student,
            Span<long> tokens,
            Span<float> teacher,
            float temperature,
            float normaliser
        )
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

            if (!lumped)
                return;
            (p[k], q[k]) = (MathF.Max(restP, Least), MathF.Max(restQ, Least));
            (logP[k], logQ[k]) = (MathF.Log(p[k]), MathF.Log(q[k]));
        }

        internal float Value<TDivergence>(TDivergence divergence)
            where TDivergence : struct, IDivergence
        {
            var sum = Vector512<float>.Zero;
            for (var j = 0; j < p.Length; j += Simd.Width)
                sum += divergence.Value(At(p, j), At(logP, j), At(q, j), At(logQ, j));
            return Vector512.Sum(sum);
        }

        /// <summary>
        /// The sum of slopes, and the slope of the lump for each unit of its mass; a lump at its least value has none.
        /// </summary>
        internal (float Sum, float Lump) Slopes<TDivergence>(TDivergence divergence)
            where TDivergence : struct, IDivergence
        {
            for (var j = 0; j < p.Length; j += Simd.Width)
                divergence.Slope(At(p, j), At(logP, j), At(q, j), At(logQ, j)).CopyTo(slopes, j);
            if (lumped && q[k] <= Least)
                slopes[k] = 0;
            var sum = 0f;
            for (var j = 0; j <= k && j < slopes.Length; j++)
                sum += slopes[j];
            return (sum, lumped ? slopes[k] / q[k] : 0);
        }

        private static Vector512<float> At(float[] values, int j) => Vector512.Create(values, j);
    }

    internal static unsafe float LogNormaliser(float* row, int vocabulary, float temperature)
    {
        var largest = Simd.Max(row, vocabulary);
        return largest / temperature + MathF.Log(Simd.ExpSum(row, vocabulary, 1 / temperature, largest));
    }
}
