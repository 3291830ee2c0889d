using System.Text.Json.Serialization;

namespace Bench.Protocol.Specs;

/// <summary>A teacher: trained here, loaded from a checkpoint, or recorded.</summary>
public sealed record TeacherSpec
{
    public required string Name { get; init; }

    /// <summary>SPDX id or name of the licence under which the teacher's weights and outputs come.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the licence stands in the file, for the gate's message.</summary>
    public required Place LicencePlace { get; init; }

    /// <summary>Keys of licences whose conditions the experimenter meets.</summary>
    public IReadOnlyList<string> Acknowledged { get; init; } = [];

    /// <summary>Set when the teacher is trained here.</summary>
    public TeacherTraining? Training { get; init; }

    /// <summary>Set when the teacher is loaded.</summary>
    public CheckpointSpec? Checkpoint { get; init; }

    /// <summary>Set when all there is of the teacher is a file of JSON Lines with its responses: {"prompt": …, "response": …}.</summary>
    public CheckpointSpec? Traces { get; init; }

    /// <summary>Whether the teacher can be asked; else it can only be read.</summary>
    [JsonIgnore]
    public bool HasModel => Traces is null;

    /// <summary>How the teacher writes.</summary>
    public required SamplingSpec Sampling { get; init; }
}
