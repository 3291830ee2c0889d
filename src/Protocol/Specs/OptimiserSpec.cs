using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>AdamW (Loshchilov and Hutter 2019) with linear warm-up and cosine decay over the budget.</summary>
public record OptimiserSpec
{
    [Key("learning-rate", "the highest learning rate", Low = 1e-9, High = 10)]
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>Examples in a step.</summary>
    [Key("batch", "examples in a step", Low = 1, High = 65_536)]
    public int Batch { get; init; } = 32;

    /// <summary>Share of the budget over which the learning rate rises.</summary>
    [Key("warmup", "share of the budget over which the learning rate rises", Low = 0, High = 1)]
    public double Warmup { get; init; } = 0.05;

    /// <summary>Where the cosine ends, as a share of the learning rate.</summary>
    [Key("final-share", "where the cosine ends, as a share of the learning rate", Low = 0, High = 1)]
    public double FinalShare { get; init; } = 0.1;

    [Key("weight-decay", "AdamW's decay of weight matrices", Low = 0, High = 10)]
    public double WeightDecay { get; init; } = 0.01;

    [Key("beta1", "AdamW's decay of the gradient's mean", Low = 0, High = 0.9999)]
    public double Beta1 { get; init; } = 0.9;

    [Key("beta2", "AdamW's decay of the gradient's square", Low = 0, High = 0.99999)]
    public double Beta2 { get; init; } = 0.99;

    /// <summary>The gradient's largest norm.</summary>
    [Key("clip-norm", "the gradient's largest norm", Low = 1e-6, High = 1e9)]
    public double ClipNorm { get; init; } = 1;

    /// <summary>
    /// Parts that a step is split into to save memory; the result does not depend on it but for rounding.
    /// </summary>
    [Key("micro-batches", "parts that a step is split into to save memory", Low = 1, High = 4096)]
    public int MicroBatches { get; init; } = 1;
}
