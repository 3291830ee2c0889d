namespace TorchSharp;

#pragma warning disable CA1028 // as in TorchSharp

/// <summary>Where a tensor lives (c10::DeviceType's numbers).</summary>
public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    /// <summary>A tensor's element type (c10::ScalarType's numbers).</summary>
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }
}
