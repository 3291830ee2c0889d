using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>AdamW (Loshchilov and Hutter 2019) with linear warm-up and cosine decay over the budget.</summary>
public sealed record OptimiserSpec
{
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Examples in a step.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>Share of the budget over which the learning rate rises.</summary>
    public double Warmup { get; init; } = 0.05;

    /// <summary>Where the cosine ends, as a share of the learning rate.</summary>
    public double FinalShare { get; init; } = 0.1;

    public double WeightDecay { get; init; } = 0.01;

    public double Beta1 { get; init; } = 0.9;

    public double Beta2 { get; init; } = 0.99;

    /// <summary>The gradient's largest norm.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Parts that a step is split into to save memory; the result does not depend on it.</summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>What training depends on.</summary>
    public Inputs Inputs => new()
    {
        { "learning-rate", LearningRate },
        { "batch", Batch },
        { "warmup", Warmup },
        { "final-share", FinalShare },
        { "weight-decay", WeightDecay },
        { "beta1", Beta1 },
        { "beta2", Beta2 },
        { "clip-norm", ClipNorm },
        { "micro-batches", MicroBatches },
    };
}
