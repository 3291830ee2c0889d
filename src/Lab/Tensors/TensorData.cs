using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Bench.Lab.Tensors;

/// <summary>Tensors from and to memory.</summary>
internal static class TensorData
{
    /// <summary>A tensor's float32 elements in place; it must be contiguous and on the CPU.</summary>
    internal static Span<float> Floats(this Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);

    /// <summary>A tensor's int64 elements in place; it must be contiguous and on the CPU.</summary>
    internal static Span<long> Longs(this Tensor tensor) => MemoryMarshal.Cast<byte, long>(tensor.bytes);

    /// <summary>
    /// A pointer to a tensor's float32 elements; valid while the tensor lives. It must be contiguous and on the CPU.
    /// </summary>
    internal static unsafe float* Pointer(this Tensor tensor)
    {
        // No span is longer than 2 GiB; a tensor may be.
        if (tensor.numel() <= int.MaxValue / sizeof(float))
            return (float*)
                System.Runtime.CompilerServices.Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.Floats()));
        using var first = tensor.view(-1).narrow(0, 0, 1);
        return first.Pointer();
    }

    internal static Tensor Of(ReadOnlySpan<float> values, params long[] shape)
    {
        var tensor = empty(shape, dtype: ScalarType.Float32);
        values.CopyTo(tensor.Floats());
        return tensor;
    }

    internal static Tensor Of(ReadOnlySpan<long> values, params long[] shape)
    {
        var tensor = empty(shape, dtype: ScalarType.Int64);
        values.CopyTo(tensor.Longs());
        return tensor;
    }

    /// <summary>The elements as an array, wherever and of whatever type the tensor is.</summary>
    internal static float[] ToArray(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(CPU).to(ScalarType.Float32).contiguous().Floats().ToArray();
    }
}
