namespace Bench.Protocol.Outcomes;

/// <summary>
/// The measured use of a model in a format on one thread: medians of several timed rounds after some that are not
/// timed.
/// </summary>
public sealed record ModelUse
{
    /// <summary>Of weights and graph.</summary>
    public required long ModelBytes { get; init; }

    /// <summary>From a prompt to the first token.</summary>
    public required double FirstTokenSeconds { get; init; }

    /// <summary>New tokens a second of one response, its prompt included.</summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>The same of 16 responses together.</summary>
    public required double TokensPerSecond16 { get; init; }

    /// <summary>The most memory of the process before items were answered.</summary>
    public required long PeakBytes { get; init; }

    /// <summary>The processor that was measured.</summary>
    public required string Processor { get; init; }
}
