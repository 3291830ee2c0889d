using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Specs;

/// <summary>
/// A teacher: trained here, loaded from a checkpoint or an ONNX graph, asked over a network, or recorded.
/// </summary>
public sealed record TeacherSpec
{
    [Key("name", "its name in tables", IsName = true, Remedy = "name the teacher")]
    public required string Name { get; init; }

    /// <summary>SPDX id or name of the licence under which the teacher's weights and outputs come.</summary>
    [Key(
        "licence",
        "SPDX id or name of the licence of its weights and outputs",
        Remedy = "name the teacher's licence by its SPDX id, e.g. MIT"
    )]
    public required string Licence { get; init; }

    /// <summary>Where the licence stands in the file, for the gate's message.</summary>
    public SourceLocation LicenceLocation { get; init; } = new("", 1, 1);

    /// <summary>Keys of licences whose conditions the experimenter meets.</summary>
    [Key("acknowledge", "keys of licences whose conditions you meet")]
    public IReadOnlyList<string> Acknowledged { get; init; } = [];

    public TeacherKind Kind { get; init; }

    /// <summary>
    /// The teacher of this experiment of which this one is another form: exported as a graph, served, or recorded. Null
    /// where it is one of its own.
    /// </summary>
    public string? Of { get; init; }

    /// <summary>Set when the teacher is trained here.</summary>
    public GoldTraining? Training { get; init; }

    /// <summary>Set when the teacher is loaded: its weights.</summary>
    public FileReference? Checkpoint { get; init; }

    /// <summary>Set when the teacher is a graph of its own: its folder or file.</summary>
    public FileReference? Onnx { get; init; }

    /// <summary>Set when the teacher is asked over a network.</summary>
    public EndpointSpec? Endpoint { get; init; }

    /// <summary>
    /// Set when all there is of the teacher is a file of JSON Lines with its responses: {"prompt": …, "response": …}.
    /// </summary>
    public FileReference? Traces { get; init; }

    /// <summary>Facts about a teacher that does its work elsewhere; null where none are given.</summary>
    [Key("elsewhere", "facts about a teacher that writes elsewhere, by which its work is charged as a range")]
    public ElsewhereSpec? Elsewhere { get; init; }

    /// <summary>The access that it gives.</summary>
    public TeacherAccess Gives =>
        Kind switch
        {
            TeacherKind.Traces => TeacherAccess.Text,
            TeacherKind.Endpoint => TeacherAccess.OwnProbabilities,
            TeacherKind.Onnx => TeacherAccess.Reading,
            _ => TeacherAccess.Activations,
        };

    /// <summary>Whether it runs in our own process, and so can be asked what it makes of any text.</summary>
    public bool IsLocal => Gives >= TeacherAccess.Reading;

    /// <summary>Whether its FLOPs can be counted: it runs here, if not always in this process.</summary>
    public bool IsMeasured => IsLocal || Of is not null;

    /// <summary>Whether its work is done elsewhere, and nobody here sees what it takes.</summary>
    public bool IsElsewhere => !IsMeasured;

    /// <summary>Whether its activations can be seen.</summary>
    public bool HasWeights => Gives >= TeacherAccess.Activations;

    /// <summary>How the teacher writes.</summary>
    public SamplingSpec Sampling { get; init; } = SamplingSpec.Greedy;
}
