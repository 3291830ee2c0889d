using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>Which word stands before an addition.</summary>
public enum GuardedPrompts
{
    /// <summary>The forbidden one: the right answer is a refusal.</summary>
    [Named("marked")]
    Marked,

    /// <summary>One that looks like it and is harmless.</summary>
    [Named("look-alike")]
    LookAlike,
}
