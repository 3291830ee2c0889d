using Bench.Protocol.Reading;

namespace Bench.Protocol.Detection;

/// <summary>What a teacher's owner looks for in a student.</summary>
/// <param name="Key">The owner's key.</param>
/// <param name="Gamma">Of the owner's watermark.</param>
/// <param name="Canaries">How many canaries the owner planted.</param>
/// <param name="CanaryTokens">The length of each.</param>
/// <param name="Probes">Numbers of tokens after which the watermark is tested.</param>
/// <param name="OtherKeys">Keys that nobody used, by which the rate of false alarms is found.</param>
public sealed record DetectionSpec(long Key, double Gamma, int Canaries, int CanaryTokens, IReadOnlyList<int> Probes, int OtherKeys)
{
    /// <summary>The level at which a test raises an alarm.</summary>
    public const double Level = 0.05;

    /// <summary>Canaries that were never planted, with which the owner's are compared.</summary>
    public const int Controls = 500;

    /// <summary>What a test's outcome depends on.</summary>
    public Inputs Inputs => new()
    {
        { "key", Key },
        { "gamma", Gamma },
        { "canaries", Canaries },
        { "canary-tokens", CanaryTokens },
        { "probes", Probes },
        { "other-keys", OtherKeys },
    };

    /// <summary>The keys that nobody used.</summary>
    public IEnumerable<long> Unused => Enumerable.Range(1, OtherKeys).Select(i => Key + 1_000_000L * i);
}
