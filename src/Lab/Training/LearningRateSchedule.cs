using Bench.Protocol.Specs;

namespace Bench.Lab.Training;

/// <summary>
/// The learning rate over a budget: linear warm-up, then a cosine down to a share of the peak (Loshchilov and Hutter
/// 2017).
/// </summary>
internal static class LearningRateSchedule
{
    /// <param name="spec">The peak and the shares.</param>
    /// <param name="share">How much of the budget is spent, 0 to 1.</param>
    /// <param name="step">The step about to be taken, from 0: the first step of a warm-up already moves.</param>
    internal static double LearningRate(OptimiserSpec spec, double share, long step)
    {
        if (share < spec.Warmup)
            return spec.LearningRate * Math.Max(share / spec.Warmup, 1.0 / (step + 10));
        var progress = spec.Warmup < 1 ? (share - spec.Warmup) / (1 - spec.Warmup) : 1;
        return spec.LearningRate * (spec.FinalShare + (1 - spec.FinalShare) * 0.5 * (1 + Math.Cos(Math.PI * progress)));
    }
}
