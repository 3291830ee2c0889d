namespace Bench.Protocol.Claims;

/// <summary>How far numbers may lie apart, and what is plausible.</summary>
/// <param name="Agreement">The share by which two figures of one quantity may differ: published numbers are
/// rounded.</param>
/// <param name="LeastMfu">Below this share of the peak, a training run wastes so much that some number must be
/// wrong.</param>
/// <param name="MostMfu">Above it, no training run has been seen.</param>
/// <param name="Price">The share by which a price may lie outside the market's range.</param>
public sealed record Tolerances(
    double Agreement = 0.1,
    double LeastMfu = 0.02,
    double MostMfu = 0.7,
    double Price = 0.1
);
