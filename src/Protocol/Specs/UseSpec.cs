using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>
/// That finished models are measured in use: in each format, how fast they write and what that takes.
/// </summary>
public sealed record UseSpec
{
    /// <summary>Sequences that are written together, beside one alone.</summary>
    public const int Batch = 16;

    /// <summary>Tokens of the prompt before the first token.</summary>
    public const int Prompt = 16;

    /// <summary>New tokens of each timed response.</summary>
    [Key("tokens", "new tokens of each timed response", Low = 1, High = 100_000)]
    public int Tokens { get; init; } = 128;
}
