using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>Which part of a task's problems; a prompt belongs to exactly one.</summary>
public enum Split
{
    /// <summary>The problems to learn from.</summary>
    Train,

    /// <summary>The problems to choose learning rates on.</summary>
    [Named("validation")]
    Validation,

    /// <summary>The problems to measure results on.</summary>
    [Named("test")]
    Test,
}
