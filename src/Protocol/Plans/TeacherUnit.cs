namespace Bench.Protocol.Plans;

/// <summary>Trains or loads the teacher and measures it.</summary>
public sealed record TeacherUnit : UnitOfWork
{
    /// <inheritdoc/>
    public override string Run => "teacher";
}
