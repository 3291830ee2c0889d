using Bench.Protocol.Outcomes;

namespace Bench.Protocol.Plans;

/// <summary>Writes a finished model in a format in which it is used.</summary>
public sealed record ExportUnit : UnitOfWork
{
    /// <summary>The teacher or the student.</summary>
    public required UnitOfWork Model { get; init; }

    public required ModelFormat Format { get; init; }
}
