using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>Where a teacher's answers come from.</summary>
public enum TeacherKind
{
    /// <summary>Weights that the experiment trains.</summary>
    [Named("train")]
    Trained,

    /// <summary>Weights in a file or a folder.</summary>
    [Named("checkpoint")]
    Checkpoint,

    /// <summary>A graph for ONNX Runtime.</summary>
    [Named("onnx")]
    Onnx,

    /// <summary>A server that speaks OpenAI's protocol.</summary>
    [Named("endpoint")]
    Endpoint,

    /// <summary>A file of what it once wrote.</summary>
    [Named("traces")]
    Traces,
}
