using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>One AdamW update of one parameter in place (Loshchilov and Hutter 2019, algorithm 2).</summary>
internal static class AdamWStep
{
    /// <summary>The numbers of a step; Correction1 and 2 are 1 − βᵗ.</summary>
    internal readonly record struct Numbers(float LearningRate, float Beta1, float Beta2, float Decay, float Correction1, float Correction2, float GradientScale)
    {
        internal const float Epsilon = 1e-8f;
    }

    internal static void Apply(Compute compute, Tensor parameter, Tensor gradient, Tensor first, Tensor second, Numbers n)
    {
        if (compute.Fused) Fused(parameter, gradient, first, second, n);
        else Composite(parameter, gradient, first, second, n);
    }

    internal static void Composite(Tensor parameter, Tensor gradient, Tensor first, Tensor second, Numbers n)
    {
        using var scope = NewDisposeScope();
        var g = gradient.to(ScalarType.Float32) * n.GradientScale;
        parameter.mul_(1 - n.LearningRate * n.Decay);
        first.mul_(n.Beta1).add_(g, 1 - n.Beta1);
        second.mul_(n.Beta2).addcmul_(g, g, 1 - n.Beta2);
        var deviation = (second / n.Correction2).sqrt() + Numbers.Epsilon;
        parameter.addcdiv_(first, deviation, -n.LearningRate / n.Correction1);
    }

    private static unsafe void Fused(Tensor parameter, Tensor gradient, Tensor first, Tensor second, Numbers n)
    {
        using var contiguous = gradient.contiguous();
        var count = (int)parameter.numel();
        float* p = parameter.Pointer(), g = contiguous.Pointer(), m = first.Pointer(), v = second.Pointer();
        var (keep, rate) = (1 - n.LearningRate * n.Decay, n.LearningRate / n.Correction1);
        var i = 0;
        for (; i <= count - Simd.Width; i += Simd.Width)
        {
            var gradients = Vector512.Load(g + i) * n.GradientScale;
            var means = Vector512.Load(m + i) * n.Beta1 + gradients * (1 - n.Beta1);
            var squares = Vector512.Load(v + i) * n.Beta2 + gradients * gradients * (1 - n.Beta2);
            means.Store(m + i);
            squares.Store(v + i);
            var deviations = Vector512.Sqrt(squares / Vector512.Create(n.Correction2)) + Vector512.Create(Numbers.Epsilon);
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
