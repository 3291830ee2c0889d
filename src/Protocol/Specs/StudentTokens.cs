using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>The origin of a student's tokens.</summary>
public enum StudentTokens
{
    /// <summary>Its teacher's.</summary>
    [Named("teacher")]
    Teacher,

    /// <summary>The bytes of the text.</summary>
    [Named("bytes")]
    Bytes,
}
