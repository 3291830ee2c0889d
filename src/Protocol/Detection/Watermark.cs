using Bench.Protocol.Reading;

namespace Bench.Protocol.Detection;

/// <summary>A soft watermark in sampled text (Kirchenbauer et al. 2023, A Watermark for Large Language Models, algorithm 2).</summary>
/// <param name="Key">The owner's key.</param>
/// <param name="Gamma">The share of the vocabulary that is green after each token.</param>
/// <param name="Delta">What is added to the logits of green tokens.</param>
/// <param name="Share">The share of responses that carry it.</param>
public sealed record Watermark(long Key, double Gamma, double Delta, double Share)
{
    /// <summary>What marked text depends on.</summary>
    public Inputs Inputs => new() { { "key", Key }, { "gamma", Gamma }, { "delta", Delta }, { "share", Share } };
}
