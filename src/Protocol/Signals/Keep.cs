using Bench.Protocol.Reading;

namespace Bench.Protocol.Signals;

/// <summary>Which part of a solution the student learns.</summary>
public enum Keep
{
    /// <summary>The final answer.</summary>
    [Named("answer")]
    Answer,

    /// <summary>The reasoning and the answer.</summary>
    [Named("trace")]
    Trace,
}
