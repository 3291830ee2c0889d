using System.Globalization;
using System.Runtime.InteropServices;
using Bench.Lab.Checkpoints.Onnx;
using Bench.Lab.Tensors;
using Google.Protobuf;
using static TorchSharp.torch;
using OnnxType = Bench.Lab.Checkpoints.Onnx.TensorProto.Types.DataType;

namespace Bench.Lab.Checkpoints;

/// <summary>A constant of an ONNX graph. Its bytes are read when the file is written.</summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Type">Of its elements.</param>
/// <param name="Shape">Empty for a number.</param>
/// <param name="Length">In bytes.</param>
/// <param name="Data">Its bytes, little-endian, part by part.</param>
internal sealed record OnnxConstant(
    string Name,
    OnnxType Type,
    long[] Shape,
    long Length,
    Func<IEnumerable<ReadOnlyMemory<byte>>> Data
)
{
    /// <summary>The scale of a row of zeros.</summary>
    private const float LeastScale = 1e-30f;

    /// <summary>Constants smaller than this stay in the graph's file.</summary>
    private const int LeastOutside = 1024;

    /// <summary>Memory maps begin at pages, so weights do too.</summary>
    private const int Page = 4096;

    /// <summary>A constant whose bytes are at hand.</summary>
    internal static OnnxConstant Of(string name, OnnxType type, long[] shape, byte[] bytes) =>
        new(Name: name, Type: type, Shape: shape, Length: bytes.Length, Data: () => [bytes]);

    /// <summary>A weight in float32.</summary>
    internal static OnnxConstant Weight(string name, Tensor tensor) =>
        new(
            Name: name,
            Type: OnnxType.Float,
            Shape: tensor.shape,
            Length: tensor.numel() * sizeof(float),
            Data: () => Chunks(tensor)
        );

    /// <summary>
    /// A weight [outputs, inputs] in 8 bits. Each output's row is a scale times whole numbers from −127 to 127; the
    /// scale makes the row's largest weight 127 (symmetric, per channel).
    /// </summary>
    /// <param name="name">The weight's.</param>
    /// <param name="tensor">In any precision.</param>
    /// <param name="across">Whether the numbers are written as [inputs, outputs], as MatMulInteger takes them.</param>
    /// <returns>The numbers, and the scales [outputs] in float32.</returns>
    internal static (OnnxConstant Values, OnnxConstant Scales) Quantised(string name, Tensor tensor, bool across)
    {
        var (outputs, inputs) = (tensor.shape[0], tensor.shape[1]);
        var scales = new float[outputs];
        for (var output = 0; output < outputs; output++)
            scales[output] = Math.Max(Row(tensor, output).Max(Math.Abs) / 127, LeastScale);
        return (
            new OnnxConstant(
                Name: name + ".int8",
                Type: OnnxType.Int8,
                Shape: across ? [inputs, outputs] : [outputs, inputs],
                Length: outputs * inputs,
                Data: () => [Rounded(tensor, scales, across)]
            ),
            Of(name + ".scales", OnnxType.Float, [outputs], MemoryMarshal.AsBytes<float>(scales).ToArray())
        );
    }

    /// <summary>The constant as the graph's file holds it.</summary>
    /// <param name="weights">A file beside it that takes the bytes of large constants; null keeps all inside.</param>
    /// <param name="weightsName">The name of that file.</param>
    internal TensorProto Proto(FileStream? weights, string weightsName)
    {
        var proto = new TensorProto
        {
            Name = Name,
            DataType = Type,
            Dims = { Shape },
        };
        if (weights is null || Length < LeastOutside)
        {
            proto.RawData = ByteString.CopyFrom([.. Data().SelectMany(part => part.ToArray())]);
            return proto;
        }

        weights.Position = (weights.Position + Page - 1) / Page * Page;
        proto.DataLocation = TensorProto.Types.DataLocation.External;
        proto.ExternalData.Add([
            new() { Key = "location", Value = weightsName },
            new() { Key = "offset", Value = weights.Position.ToString(CultureInfo.InvariantCulture) },
            new() { Key = "length", Value = Length.ToString(CultureInfo.InvariantCulture) },
        ]);
        foreach (var part in Data())
            weights.Write(part.Span);
        return proto;
    }

    private static byte[] Rounded(Tensor tensor, float[] scales, bool across)
    {
        var (outputs, inputs) = (scales.Length, tensor.shape[1]);
        var values = new byte[outputs * inputs];
        for (var output = 0; output < outputs; output++)
        {
            var weights = Row(tensor, output);
            for (var input = 0; input < inputs; input++)
                values[across ? (long)input * outputs + output : output * inputs + input] = (byte)
                    (sbyte)MathF.Round(weights[input] / scales[output]);
        }

        return values;
    }

    private static float[] Row(Tensor tensor, int index)
    {
        using var row = tensor.select(0, index);
        return row.ToArray();
    }

    // Some elements at a time, so that a large weight is not copied whole.
    private static IEnumerable<ReadOnlyMemory<byte>> Chunks(Tensor tensor)
    {
        const long Elements = 1 << 22;
        using var scope = NewDisposeScope();
        var flat = tensor.detach().reshape(-1);
        for (long from = 0; from < flat.numel(); from += Elements)
            yield return MemoryMarshal
                .AsBytes(flat.narrow(0, from, Math.Min(Elements, flat.numel() - from)).ToArray().AsSpan())
                .ToArray();
    }
}
