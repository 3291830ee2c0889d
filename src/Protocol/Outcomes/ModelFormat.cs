using Bench.Protocol.Reading;

namespace Bench.Protocol.Outcomes;

/// <summary>A format in which a finished model can be used.</summary>
public enum ModelFormat
{
    /// <summary>Weights for TorchSharp in float32.</summary>
    [Named("torch-fp32")]
    Torch,

    /// <summary>A graph for ONNX Runtime in float32.</summary>
    [Named("onnx-fp32")]
    Onnx,

    /// <summary>A graph for ONNX Runtime in 8 bits.</summary>
    [Named("onnx-int8")]
    OnnxInt8,
}
