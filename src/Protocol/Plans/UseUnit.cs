using Bench.Protocol.Outcomes;

namespace Bench.Protocol.Plans;

/// <summary>
/// Measures a finished model in use, in a format: how fast it writes, what that takes, and what it scores. It runs
/// alone, so that nothing disturbs the clock.
/// </summary>
public sealed record UseUnit : UnitOfWork
{
    /// <summary>The teacher or the student.</summary>
    public required UnitOfWork Model { get; init; }

    public required ModelFormat Format { get; init; }

    /// <summary>New tokens of each timed response.</summary>
    public required int Tokens { get; init; }

    /// <inheritdoc/>
    public override bool RunsAlone => true;
}
