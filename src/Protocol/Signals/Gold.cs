namespace Bench.Protocol.Signals;

/// <summary>The task's own solutions, without a teacher. It is the baselines' alone, and no file names it.</summary>
public sealed record Gold : Signal
{
    /// <inheritdoc/>
    public override string Name => "gold";

    /// <inheritdoc/>
    public override TeacherAccess Asks => TeacherAccess.None;
}
