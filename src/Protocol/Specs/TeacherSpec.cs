namespace Bench.Protocol.Specs;

/// <summary>The teacher: trained here or loaded from a checkpoint.</summary>
public sealed record TeacherSpec
{
    public required string Name { get; init; }

    /// <summary>SPDX id or name of the licence under which the teacher's weights and outputs come.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the licence stands in the file, for the gate's message.</summary>
    public required Place LicencePlace { get; init; }

    /// <summary>Set when the teacher is trained here.</summary>
    public TeacherTraining? Training { get; init; }

    /// <summary>Set when the teacher is loaded.</summary>
    public CheckpointSpec? Checkpoint { get; init; }

    /// <summary>How the teacher writes.</summary>
    public required SamplingSpec Sampling { get; init; }
}
