using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>One AdamW update of one parameter in place (Loshchilov and Hutter 2019, algorithm 2).</summary>
internal static class AdamWStep
{
    /// <summary>The numbers of a step; Correction1 and 2 are 1 − βᵗ.</summary>
    internal readonly record struct Numbers(
        float LearningRate,
        float Beta1,
        float Beta2,
        float Decay,
        float Correction1,
        float Correction2,
        float GradientScale
    )
    {
        internal const float Epsilon = 1e-8f;
    }

    /// <summary>From torch's own operations.</summary>
    internal static void Apply(Tensor parameter, Tensor gradient, Tensor first, Tensor second, Numbers n)
    {
        using var scope = NewDisposeScope();
        var g = gradient.to(ScalarType.Float32) * n.GradientScale;
        parameter.mul_(1 - n.LearningRate * n.Decay);
        first.mul_(n.Beta1).add_(g, 1 - n.Beta1);
        second.mul_(n.Beta2).addcmul_(g, g, 1 - n.Beta2);
        var deviation = (second / n.Correction2).sqrt() + Numbers.Epsilon;
        parameter.addcdiv_(first, deviation, -n.LearningRate / n.Correction1);
    }

    /// <summary>The same in memory: parameter, gradient and both moments.</summary>
    internal static unsafe void Apply(float* p, float* g, float* m, float* v, long count, Numbers n)
    {
        var (keep, rate) = (1 - n.LearningRate * n.Decay, n.LearningRate / n.Correction1);
        long i = 0;
        for (; i <= count - Simd.Width; i += Simd.Width)
        {
            var gradients = Vector512.Load(g + i) * n.GradientScale;
            var means = Vector512.Load(m + i) * n.Beta1 + gradients * (1 - n.Beta1);
            var squares = Vector512.Load(v + i) * n.Beta2 + gradients * gradients * (1 - n.Beta2);
            means.Store(m + i);
            squares.Store(v + i);
            var deviations =
                Vector512.Sqrt(squares / Vector512.Create(n.Correction2)) + Vector512.Create(Numbers.Epsilon);
            (Vector512.Load(p + i) * keep - means / deviations * rate).Store(p + i);
        }

        for (; i < count; i++)
        {
            var gradientNow = g[i] * n.GradientScale;
            m[i] = m[i] * n.Beta1 + gradientNow * (1 - n.Beta1);
            v[i] = v[i] * n.Beta2 + gradientNow * gradientNow * (1 - n.Beta2);
            p[i] = p[i] * keep - m[i] / (MathF.Sqrt(v[i] / n.Correction2) + Numbers.Epsilon) * rate;
        }
    }
}
