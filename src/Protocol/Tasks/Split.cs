using Bench.Protocol.Reading;

namespace Bench.Protocol.Tasks;

/// <summary>Which part of a task's problems; a prompt belongs to exactly one.</summary>
public enum Split
{
    /// <summary>What is learnt from.</summary>
    Train,

    /// <summary>What learning rates are chosen on.</summary>
    [Named("validation")]
    Validation,

    /// <summary>What results are measured on.</summary>
    [Named("test")]
    Test,
}
