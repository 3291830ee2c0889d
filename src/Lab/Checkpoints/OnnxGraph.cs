using System.Globalization;
using System.Runtime.InteropServices;
using Bench.Lab.Checkpoints.Onnx;
using Google.Protobuf;
using static TorchSharp.torch;
using OnnxType = Bench.Lab.Checkpoints.Onnx.TensorProto.Types.DataType;

namespace Bench.Lab.Checkpoints;

/// <summary>A graph of ONNX operators, and its file (ONNX 1.12: IR version 8, operator set 17).</summary>
internal sealed class OnnxGraph
{
    /// <summary>The version of the operators.</summary>
    internal const int OperatorSet = 17;

    private const int IrVersion = 8;

    /// <summary>
    /// Weights beyond this many bytes lie in a file of their own beside the graph: a protocol buffer holds at most 2
    /// GiB, and is built in memory.
    /// </summary>
    private const long LargestInside = 256L << 20;

    private readonly GraphProto graph = new() { Name = "decoder" };
    private readonly List<OnnxConstant> constants = [];
    private int made;

    /// <summary>Declares an input. A dimension is a number, or the name of one that varies.</summary>
    internal string Input(string name, OnnxType type, params object[] dimensions)
    {
        graph.Input.Add(Value(name, type, dimensions));
        return name;
    }

    /// <summary>Declares that a value is an output.</summary>
    internal void Output(string name, OnnxType type, params object[] dimensions) =>
        graph.Output.Add(Value(name, type, dimensions));

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
        var name = Unique(operation);
        string[] names =
            results == 1
                ? [name]
                :
                [
                    .. Enumerable
                        .Range(0, results)
                        .Select(i => string.Create(CultureInfo.InvariantCulture, $"{name}.{i}")),
                ];
        Add(name, operation, operands, names, attributes);
        return names;
    }

    /// <summary>Adds an operator whose result has a given name.</summary>
    internal string Node(
        string operation,
        string[] operands,
        string result,
        params (string Name, object Value)[] attributes
    )
    {
        Add(Unique(operation), operation, operands, [result], attributes);
        return result;
    }

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
        if (!constants.Exists(constant => constant.Name == name))
            constants.Add(OnnxConstant.Weight(name, tensor));
        return name;
    }

    /// <summary>A weight [outputs, inputs] in 8 bits: <see cref="OnnxConstant.Quantised"/>.</summary>
    /// <returns>The names of the numbers, and of the scales [outputs] in float32.</returns>
    internal (string Values, string Scales) Quantised(string name, Tensor tensor, bool across)
    {
        var (values, scales) = OnnxConstant.Quantised(name, tensor, across);
        constants.AddRange([values, scales]);
        return (values.Name, scales.Name);
    }

    /// <summary>Writes the graph, and a file of its weights beside it where they are many.</summary>
    internal void Write(string path)
    {
        var weightsName = Path.GetFileName(path) + "_data";
        using var weights =
            constants.Sum(constant => constant.Length) > LargestInside
                ? File.Create(Path.Combine(Path.GetDirectoryName(path)!, weightsName))
                : null;
        graph.Initializer.Clear();
        graph.Initializer.AddRange(constants.Select(constant => constant.Proto(weights, weightsName)));
        var model = new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "bench",
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = OperatorSet } },
        };
        using var file = File.Create(path);
        model.WriteTo(file);
    }

    private string Constant(OnnxType type, long[] shape, byte[] bytes)
    {
        var name = Unique("constant");
        constants.Add(OnnxConstant.Of(name, type, shape, bytes));
        return name;
    }

    private string Unique(string prefix) => string.Create(CultureInfo.InvariantCulture, $"{prefix}_{made++}");

    private void Add(
        string name,
        string operation,
        string[] operands,
        string[] results,
        (string Name, object Value)[] attributes
    ) =>
        graph.Node.Add(
            new NodeProto
            {
                Name = name,
                OpType = operation,
                Input = { operands },
                Output = { results },
                Attribute = { attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)) },
            }
        );

    private static AttributeProto Attribute(string name, object value) =>
        value switch
        {
            int number => new AttributeProto
            {
                Name = name,
                I = number,
                Type = AttributeProto.Types.AttributeType.Int,
            },
            long[] numbers => new AttributeProto
            {
                Name = name,
                Ints = { numbers },
                Type = AttributeProto.Types.AttributeType.Ints,
            },
            _ => throw new ArgumentException($"no attribute of type {value.GetType().Name} is written", nameof(value)),
        };

    private static ValueInfoProto Value(string name, OnnxType type, object[] dimensions) =>
        new()
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor
                {
                    ElemType = type,
                    Shape = new TensorShapeProto { Dim = { dimensions.Select(Dimension) } },
                },
            },
        };

    private static TensorShapeProto.Types.Dimension Dimension(object dimension) =>
        dimension is string varying
            ? new() { DimParam = varying }
            : new() { DimValue = Convert.ToInt64(dimension, CultureInfo.InvariantCulture) };
}
