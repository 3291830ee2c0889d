namespace Bench.Lab.Checkpoints;

/// <summary>Types of elements, with their numbers in onnx.proto.</summary>
internal enum OnnxType
{
    Float = 1,
    Int8 = 3,
    Int64 = 7,
    Bool = 9,
}
