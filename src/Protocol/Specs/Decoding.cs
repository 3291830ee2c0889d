using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>How a student answers when it is measured.</summary>
public enum Decoding
{
    /// <summary>The likeliest token, always.</summary>
    [Named("greedy")]
    Greedy,

    /// <summary>Tokens drawn from its probabilities.</summary>
    [Named("sample")]
    Sample,
}
