using Bench.Lab.Kernels;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>(1 − share) · main + share · other.</summary>
internal sealed class MixedLoss(ILogitLoss main, ILogitLoss other, double share) : ILogitLoss
{
    public Tensor Sum(Tensor logits) => main.Sum(logits) * (1 - share) + other.Sum(logits) * share;

    public double AddGradient(Matrix logits, Matrix gradient, int first, float scale) =>
        main.AddGradient(logits, gradient, first, scale * (float)(1 - share)) * (1 - share)
        + other.AddGradient(logits, gradient, first, scale * (float)share) * share;
}
