using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Trains or loads a teacher and measures it.</summary>
public sealed record TeacherUnit : UnitOfWork
{
    public const string OnlyRun = "teacher";

    public required TeacherSpec Teacher { get; init; }

    /// <summary>The name in the ledger: teacher, or teacher-NAME where there are several.</summary>
    public required string Name { get; init; }

    /// <inheritdoc/>
    public override string Run => Name;
}
