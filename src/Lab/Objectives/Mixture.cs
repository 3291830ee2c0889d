using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>The mixture w · p + (1 − w) · q of the teacher's and the student's distribution.</summary>
internal static class Mixture
{
    // Keeps the logarithm of a mixture of nothing finite; its outcome has probability 0 and contributes nothing.
    private const float Least = 1e-37f;

    internal static Vector512<float> Of(Vector512<float> p, Vector512<float> q, float weight) =>
        Vector512.Max(Vector512.Create(weight) * p + Vector512.Create(1 - weight) * q, Vector512.Create(Least));

    internal static Vector512<float> Log(Vector512<float> p, Vector512<float> q, float weight) =>
        Vector512.Log(Of(p, q, weight));

    internal static Tensor Log(Tensor p, Tensor q, float weight) =>
        (p * weight + q * (1 - weight)).clamp_min(Least).log();

    /// <exception cref="ArgumentOutOfRangeException">The weight is not strictly between 0 and 1: at the ends it would
    /// be another divergence.</exception>
    internal static void Check(double weight, string name)
    {
        if (weight is <= 0 or >= 1)
            throw new ArgumentOutOfRangeException(name, weight, "it must lie strictly between 0 and 1");
    }
}
