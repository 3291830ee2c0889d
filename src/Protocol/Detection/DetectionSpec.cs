using Bench.Protocol.Reading;

namespace Bench.Protocol.Detection;

/// <summary>The traces that a teacher's owner looks for in a student.</summary>
public sealed record DetectionSpec
{
    /// <summary>The level at which a test raises an alarm.</summary>
    public const double Level = 0.05;

    /// <summary>Canaries that were never planted, with which the owner's are compared.</summary>
    public const int Controls = 500;

    /// <summary>The owner's key.</summary>
    [Key("key", "the owner's key", Low = 0, High = 1L << 40)]
    public required long Key { get; init; }

    /// <summary>Of the owner's watermark.</summary>
    [Key("gamma", "gamma of the owner's watermark", Low = 0.01, High = 0.99)]
    public double Gamma { get; init; } = 0.25;

    /// <summary>How many canaries the owner planted.</summary>
    [Key("canaries", "canaries that the owner planted", Low = 1, High = 10_000)]
    public int Canaries { get; init; } = 16;

    /// <summary>The length of each.</summary>
    [Key("canary-tokens", "length of each", Low = 1, High = 1000)]
    public int CanaryTokens { get; init; } = 12;

    /// <summary>Numbers of tokens after which the watermark is tested, ascending.</summary>
    [Key(
        "probes",
        "numbers of tokens after which the watermark is tested",
        Low = 1,
        High = 1e9,
        Remedy = "give the numbers of tokens after which the watermark is tested"
    )]
    public required IReadOnlyList<int> Probes
    {
        get;
        init => field = [.. value.Distinct().Order()];
    }

    /// <summary>Keys that nobody used, by which the rate of false alarms is found.</summary>
    [Key("other-keys", "keys that nobody used, by which the rate of false alarms is found", Low = 2, High = 100_000)]
    public int OtherKeys { get; init; } = 100;

    /// <summary>The keys that nobody used.</summary>
    public IEnumerable<long> Unused => Enumerable.Range(1, OtherKeys).Select(i => Key + 1_000_000L * i);
}
