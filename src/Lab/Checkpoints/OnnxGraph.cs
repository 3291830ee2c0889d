using System.Globalization;
using System.Runtime.InteropServices;
using Bench.Lab.Tensors;
using Google.Protobuf;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// A graph of ONNX operators under construction, and its file: the protocol buffers of onnx.proto (ONNX 1.12: IR
/// version 8, operator set 17), field by field.
/// </summary>
internal sealed class OnnxGraph
{
    /// <summary>The version of the operators.</summary>
    internal const int OperatorSet = 17;

    private const int IrVersion = 8;

    /// <summary>
    /// Weights beyond this lie in a file of their own beside the graph: a protocol buffer may have 2 GiB, and is built
    /// in memory.
    /// </summary>
    private const long LargestInside = 256L << 20;

    /// <summary>The scale of a row of zeros.</summary>
    private const float Least = 1e-30f;

    private readonly List<byte[]> nodes = [];
    private readonly List<byte[]> inputs = [];
    private readonly List<byte[]> outputs = [];
    private readonly List<(
        string Name,
        OnnxType Type,
        long[] Shape,
        Func<IEnumerable<ReadOnlyMemory<byte>>> Data,
        long Length
    )> constants = [];
    private int made;

    /// <summary>Declares an input. A dimension is a number, or the name of one that varies.</summary>
    internal string Input(string name, OnnxType type, params object[] dimensions)
    {
        inputs.Add(Value(name, type, dimensions));
        return name;
    }

    /// <summary>Declares that a value is an output.</summary>
    internal void Output(string name, OnnxType type, params object[] dimensions) =>
        outputs.Add(Value(name, type, dimensions));

    /// <summary>Adds an operator with one result and returns the result's name.</summary>
    internal string Node(string operation, string[] operands, params (string Name, object Value)[] attributes) =>
        Node(operation, operands, 1, attributes)[0];

    /// <summary>Adds an operator with some results and returns their names.</summary>
    internal string[] Node(
        string operation,
        string[] operands,
        int results,
        params (string Name, object Value)[] attributes
    )
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{operation}_{made++}");
        return Named(
            name,
            operation,
            operands,
            [
                .. Enumerable
                    .Range(0, results)
                    .Select(i => results == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}.{i}")),
            ],
            attributes
        );
    }

    /// <summary>Adds an operator whose result has a given name.</summary>
    internal string Node(
        string operation,
        string[] operands,
        string result,
        params (string Name, object Value)[] attributes
    ) =>
        Named(
            string.Create(CultureInfo.InvariantCulture, $"{operation}_{made++}"),
            operation,
            operands,
            [result],
            attributes
        )[0];

    /// <summary>A constant of whole numbers with one dimension.</summary>
    internal string Constant(params long[] values) =>
        Constant(OnnxType.Int64, [values.Length], MemoryMarshal.AsBytes<long>(values).ToArray());

    /// <summary>A constant number.</summary>
    internal string Scalar(float value) => Constant(OnnxType.Float, [], BitConverter.GetBytes(value));

    /// <summary>A constant whole number.</summary>
    internal string Scalar(long value) => Constant(OnnxType.Int64, [], BitConverter.GetBytes(value));

    /// <summary>A constant vector of numbers.</summary>
    internal string Constant(float[] values) =>
        Constant(OnnxType.Float, [values.Length], MemoryMarshal.AsBytes<float>(values).ToArray());

    /// <summary>A weight in float32, read when the file is written.</summary>
    internal string Weight(string name, Tensor tensor)
    {
        if (constants.Exists(constant => constant.Name == name))
            return name;
        constants.Add((name, OnnxType.Float, tensor.shape, () => Chunks(tensor), tensor.numel() * sizeof(float)));
        return name;
    }

    /// <summary>
    /// A weight [outputs, inputs] in 8 bits: each output's row is a scale times whole numbers from −127 to 127, the
    /// scale such that the row's largest weight is 127 (symmetric, per channel).
    /// </summary>
    /// <param name="name">The weight's.</param>
    /// <param name="tensor">In any precision.</param>
    /// <param name="across">Whether the numbers are written as [inputs, outputs], as MatMulInteger takes them.</param>
    /// <returns>The names of the numbers, and of the scales [outputs] in float32.</returns>
    internal (string Values, string Scales) Quantised(string name, Tensor tensor, bool across)
    {
        var (outputs, inputs) = ((int)tensor.shape[0], (int)tensor.shape[1]);
        var scales = new float[outputs];
        for (var output = 0; output < outputs; output++)
        {
            using var row = tensor.select(0, output);
            scales[output] = Math.Max(row.ToArray().Max(Math.Abs) / 127, Least);
        }

        IEnumerable<ReadOnlyMemory<byte>> Data()
        {
            var values = new byte[(long)outputs * inputs];
            for (var output = 0; output < outputs; output++)
            {
                using var row = tensor.select(0, output);
                var weights = row.ToArray();
                for (var input = 0; input < inputs; input++)
                    values[across ? (long)input * outputs + output : (long)output * inputs + input] = (byte)
                        (sbyte)MathF.Round(weights[input] / scales[output]);
            }

            yield return values;
        }

        constants.Add(
            (
                name + ".int8",
                OnnxType.Int8,
                across ? [inputs, outputs] : [outputs, inputs],
                Data,
                (long)outputs * inputs
            )
        );
        constants.Add(
            (
                name + ".scales",
                OnnxType.Float,
                [outputs],
                () => [MemoryMarshal.AsBytes<float>(scales).ToArray()],
                outputs * sizeof(float)
            )
        );
        return (name + ".int8", name + ".scales");
    }

    /// <summary>Writes the graph, and a file of its weights beside it where they are many.</summary>
    internal void Write(string path)
    {
        var dataName = Path.GetFileName(path) + "_data";
        using var data =
            constants.Sum(constant => constant.Length) > LargestInside
                ? File.Create(Path.Combine(Path.GetDirectoryName(path)!, dataName))
                : null;
        var graph = Message(output =>
        {
            foreach (var node in nodes)
                Field(output, 1, node);
            Field(output, 2, "decoder");
            foreach (var constant in constants)
                Field(output, 5, Tensor(constant, data, dataName));
            foreach (var input in inputs)
                Field(output, 11, input);
            foreach (var result in outputs)
                Field(output, 12, result);
        });
        using var file = File.Create(path);
        using var model = new CodedOutputStream(file);
        Field(model, 1, IrVersion);
        Field(model, 2, "bench");
        Field(model, 7, graph);
        Field(model, 8, Message(output => Field(output, 2, OperatorSet)));
    }

    private string Constant(OnnxType type, long[] shape, byte[] bytes)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"constant_{made++}");
        constants.Add((name, type, shape, () => [bytes], bytes.Length));
        return name;
    }

    private string[] Named(
        string name,
        string operation,
        string[] operands,
        string[] results,
        (string Name, object Value)[] attributes
    )
    {
        nodes.Add(
            Message(output =>
            {
                foreach (var operand in operands)
                    Field(output, 1, operand);
                foreach (var result in results)
                    Field(output, 2, result);
                Field(output, 3, name);
                Field(output, 4, operation);
                foreach (var attribute in attributes)
                    Field(output, 5, Attribute(attribute.Name, attribute.Value));
            })
        );
        return results;
    }

    private static byte[] Attribute(string name, object value) =>
        Message(output =>
        {
            Field(output, 1, name);
            switch (value)
            {
                case int number:
                    Field(output, 3, number);
                    Field(output, 20, 2);
                    break;
                case long[] numbers:
                    foreach (var number in numbers)
                        Field(output, 8, number);
                    Field(output, 20, 7);
                    break;
                default:
                    throw new ArgumentException(
                        $"no attribute of type {value.GetType().Name} is written",
                        nameof(value)
                    );
            }
        });

    private static byte[] Value(string name, OnnxType type, object[] dimensions) =>
        Message(output =>
        {
            Field(output, 1, name);
            Field(
                output,
                2,
                Message(typed =>
                    Field(
                        typed,
                        1,
                        Message(tensor =>
                        {
                            Field(tensor, 1, (long)type);
                            Field(
                                tensor,
                                2,
                                Message(shape =>
                                {
                                    foreach (var dimension in dimensions)
                                    {
                                        Field(
                                            shape,
                                            1,
                                            Message(one =>
                                            {
                                                if (dimension is string varying)
                                                    Field(one, 2, varying);
                                                else
                                                    Field(
                                                        one,
                                                        1,
                                                        Convert.ToInt64(dimension, CultureInfo.InvariantCulture)
                                                    );
                                            })
                                        );
                                    }
                                })
                            );
                        })
                    )
                )
            );
        });

    private static byte[] Tensor(
        (string Name, OnnxType Type, long[] Shape, Func<IEnumerable<ReadOnlyMemory<byte>>> Data, long Length) constant,
        FileStream? data,
        string dataName
    ) =>
        Message(output =>
        {
            foreach (var dimension in constant.Shape)
                Field(output, 1, dimension);
            Field(output, 2, (long)constant.Type);
            Field(output, 8, constant.Name);
            if (data is null || constant.Length < 1024)
            {
                Field(output, 9, constant.Data().SelectMany(part => part.ToArray()).ToArray());
                return;
            }

            // Where the bytes lie in the other file; memory maps begin at pages.
            data.Position = (data.Position + 4095) / 4096 * 4096;
            foreach (
                var (key, value) in ((string, string)[])
                    [
                        ("location", dataName),
                        ("offset", data.Position.ToString(CultureInfo.InvariantCulture)),
                        ("length", constant.Length.ToString(CultureInfo.InvariantCulture)),
                    ]
            )
            {
                Field(
                    output,
                    13,
                    Message(entry =>
                    {
                        Field(entry, 1, key);
                        Field(entry, 2, value);
                    })
                );
            }

            Field(output, 14, 1);
            foreach (var part in constant.Data())
                data.Write(part.Span);
        });

    // Of the weight in float32, some rows at a time.
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

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
            write(output);
        return memory.ToArray();
    }

    private static void Field(CodedOutputStream output, int number, long value)
    {
        output.WriteTag(number, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    }

    private static void Field(CodedOutputStream output, int number, string value)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteString(value);
    }

    private static void Field(CodedOutputStream output, int number, byte[] value)
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(value));
    }
}
