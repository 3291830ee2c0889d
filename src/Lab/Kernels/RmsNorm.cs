using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// y = x / √(mean(x²) + ε) · w over the last dimension (Zhang and Sennrich 2019, equation 4). x is [rows, width], w is
/// [width].
/// </summary>
internal static class RmsNorm
{
    internal static Tensor Apply(Tensor x, Tensor weight, double epsilon)
    {
        // The mean of squares is taken in float32 whatever the precision.
        var wide = x.to(ScalarType.Float32);
        return (wide * (wide.square().mean([-1L], true) + epsilon).rsqrt()).to(x.dtype) * weight;
    }

    /// <summary>One row, and the scale that it was multiplied with.</summary>
    internal static unsafe float Row(float* x, float* weight, float* y, int width, float epsilon)
    {
        var scale = 1 / MathF.Sqrt(Simd.Dot(x, x, width) / width + epsilon);
        var (vector, i) = (Vector512.Create(scale), 0);
        for (; i <= width - Simd.Width; i += Simd.Width)
            (Vector512.Load(x + i) * vector * Vector512.Load(weight + i)).Store(y + i);
        for (; i < width; i++)
            y[i] = x[i] * scale * weight[i];
        return scale;
    }
}
