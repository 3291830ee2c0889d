namespace Bench.Protocol.Specs;

/// <summary>Where a teacher's answers come from.</summary>
public enum TeacherKind
{
    /// <summary>Weights that the experiment trains.</summary>
    Trained,

    /// <summary>Weights in a file or a folder.</summary>
    Checkpoint,

    /// <summary>A graph for ONNX Runtime.</summary>
    Onnx,

    /// <summary>A server that speaks OpenAI's protocol.</summary>
    Endpoint,

    /// <summary>A file of what it once wrote.</summary>
    Traces,
}
