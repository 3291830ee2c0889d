using Bench.Protocol.Signals;

namespace Bench.Protocol.Plans;

/// <summary>
/// The problems whose lengths count: those learnt from, in these shares, or all those that are measured.
/// </summary>
/// <param name="Keep">Which part of a solution.</param>
/// <param name="Shares">Shares of the prompts by task; null for equal ones.</param>
/// <param name="IsMeasured">Whether the problems are those that are measured.</param>
internal readonly record struct LengthMix(
    Keep Keep,
    IReadOnlyDictionary<string, double>? Shares = null,
    bool IsMeasured = false
);
