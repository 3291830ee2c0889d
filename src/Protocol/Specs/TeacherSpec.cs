using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>A teacher: trained here, loaded from a checkpoint or an ONNX graph, asked over a network, or recorded.</summary>
public sealed record TeacherSpec
{
    /// <summary>The names in files of the kinds of teachers.</summary>
    public static Choices<TeacherKind> Kinds { get; } = new(
        ("train", TeacherKind.Trained), ("checkpoint", TeacherKind.Checkpoint), ("onnx", TeacherKind.Onnx), ("endpoint", TeacherKind.Endpoint), ("traces", TeacherKind.Traces));

    public required string Name { get; init; }

    /// <summary>SPDX id or name of the licence under which the teacher's weights and outputs come.</summary>
    public required string Licence { get; init; }

    /// <summary>Where the licence stands in the file, for the gate's message.</summary>
    public required SourceLocation LicenceLocation { get; init; }

    /// <summary>Keys of licences whose conditions the experimenter meets.</summary>
    public IReadOnlyList<string> Acknowledged { get; init; } = [];

    public required TeacherKind Kind { get; init; }

    /// <summary>The teacher of this experiment of which this one is another form: exported as a graph, served, or recorded. Null where it is one of its own.</summary>
    public string? Of { get; init; }

    /// <summary>Set when the teacher is trained here.</summary>
    public GoldTraining? Training { get; init; }

    /// <summary>Set when the teacher is loaded: its weights.</summary>
    public FileReference? Checkpoint { get; init; }

    /// <summary>Set when the teacher is a graph of its own: its folder or file.</summary>
    public FileReference? Onnx { get; init; }

    /// <summary>Set when the teacher is asked over a network.</summary>
    public EndpointSpec? Endpoint { get; init; }

    /// <summary>Set when all there is of the teacher is a file of JSON Lines with its responses: {"prompt": …, "response": …}.</summary>
    public FileReference? Traces { get; init; }

    /// <summary>Whether it runs in our own process, and so can be asked what it makes of any text.</summary>
    public bool IsLocal => Kind is TeacherKind.Trained or TeacherKind.Checkpoint or TeacherKind.Onnx;

    /// <summary>Whether its FLOPs can be counted: it runs here, if not always in this process.</summary>
    public bool IsMeasured => IsLocal || Of is not null;

    /// <summary>Whether its activations can be seen.</summary>
    public bool HasWeights => Kind is TeacherKind.Trained or TeacherKind.Checkpoint;

    /// <summary>How the teacher writes.</summary>
    public required SamplingSpec Sampling { get; init; }
}
