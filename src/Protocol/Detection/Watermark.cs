using Bench.Protocol.Reading;

namespace Bench.Protocol.Detection;

/// <summary>
/// A soft watermark in sampled text (Kirchenbauer et al. 2023, A Watermark for Large Language Models, algorithm 2).
/// </summary>
public sealed record Watermark
{
    /// <summary>The owner's key.</summary>
    [Key("key", "the owner's key", Low = 0, High = 1L << 40)]
    public required long Key { get; init; }

    /// <summary>The share of the vocabulary that is green after each token.</summary>
    [Key("gamma", "share of the vocabulary that is green after each token", Low = 0.01, High = 0.99)]
    public double Gamma { get; init; } = 0.25;

    /// <summary>The number added to the logits of green tokens.</summary>
    [Key("delta", "the number added to the logits of green tokens", Low = 0, High = 100)]
    public double Delta { get; init; } = 2;

    /// <summary>The share of responses that carry it.</summary>
    [Key("share", "share of responses that carry the mark", Low = 0, High = 1)]
    public double Share { get; init; } = 1;
}
