using System.Globalization;
using Bench.Lab.Kernels;
using Bench.Lab.Models;
using Bench.Lab.Text;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;
using OnnxType = Bench.Lab.Checkpoints.Onnx.TensorProto.Types.DataType;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// Writes a decoder as an ONNX graph with past key values. Inputs and outputs are named as in Hugging Face's ONNX
/// models: input_ids, attention_mask, position_ids, past_key_values.i.key and .value; logits, present.i.key and .value.
/// Hidden states are [batch · sequence, channels]; attention has one more dimension than usual, queries of one
/// key-value head together, so that keys are not repeated.
/// </summary>
public sealed class OnnxExport
{
    private readonly OnnxGraph graph = new();
    private readonly ModelShape shape;
    private readonly bool hasPast;
    private readonly bool int8;
    private readonly Dictionary<string, Tensor> parameters;
    private readonly string sizes;
    private readonly string bias;
    private readonly string cosines;
    private readonly string sines;

    private OnnxExport(Decoder model, bool hasPast, bool int8)
    {
        (shape, this.hasPast, this.int8) = (model.Shape, hasPast, int8);
        parameters = model.Parameters.ToDictionary(
            parameter => parameter.Name,
            parameter => parameter.Tensor,
            StringComparer.Ordinal
        );
        var ids = graph.Input("input_ids", OnnxType.Int64, "batch_size", "sequence_length");
        var mask = graph.Input("attention_mask", OnnxType.Int64, "batch_size", "total_sequence_length");
        var positions = graph.Input("position_ids", OnnxType.Int64, "batch_size", "sequence_length");
        sizes = graph.Node("Shape", [ids]);
        bias = Bias(mask);
        var angles = graph.Node(
            "Mul",
            [
                graph.Node(
                    "Unsqueeze",
                    [graph.Node("Cast", [positions], ("to", (int)OnnxType.Float)), graph.Constant(2L, 3L)]
                ),
                graph.Constant([.. new Rotary(shape).Frequencies.Select(frequency => (float)frequency)]),
            ]
        );
        (cosines, sines) = (graph.Node("Cos", [angles]), graph.Node("Sin", [angles]));
        var x = Embedded(graph.Node("Reshape", [ids, graph.Constant(-1L)]));
        for (var layer = 0; layer < shape.Layers; layer++)
            x = Layer(layer, x);
        var logits = Linear(
            Norm(x, ParameterNames.FinalNorm),
            shape.TiedHead ? ParameterNames.Embedding : ParameterNames.Head
        );
        graph.Node("Reshape", [logits, Sizes(shape.Vocabulary)], "logits");
        graph.Output("logits", OnnxType.Float, "batch_size", "sequence_length", shape.Vocabulary);
    }

    /// <summary>The version of ONNX's operators that a graph asks for.</summary>
    public const int OperatorSet = OnnxGraph.OperatorSet;

    /// <summary>The graph's place in a model's folder, where other tools look for it.</summary>
    public const string FileName = "onnx/model.onnx";

    /// <summary>The place of one in 8 bits; transformers.js calls it q8.</summary>
    public const string Int8FileName = "onnx/model_quantized.onnx";

    /// <summary>
    /// Writes the graph, with config.json and the tokenizer's files beside it: in float32, or with the matrices in 8
    /// bits per output channel and what they are multiplied with rounded to 8 bits on the fly (DynamicQuantizeLinear,
    /// MatMulInteger; Jacob et al. 2018, section 2). That rounding sees the whole batch: what a prompt is answered may
    /// depend on its neighbours.
    /// </summary>
    /// <param name="folder">The model's folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="past">Whether the graph takes and gives past key values; without them it reads everything anew for
    /// each token.</param>
    /// <param name="int8">Whether in 8 bits.</param>
    /// <returns>The graph's file in the folder.</returns>
    public static string Save(string folder, Decoder model, ITokenizer tokenizer, bool past = true, bool int8 = false)
    {
        var name = int8 ? Int8FileName : FileName;
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ModelConfig.Write(folder, model.Shape, tokenizer, "float32");
        tokenizer.Save(folder);
        new OnnxExport(model, past, int8).graph.Write(path);
        return name;
    }

    // 0 where a query may see a key, and so little elsewhere that its share of attention is none: [batch, 1, 1,
    // queries, keys].
    private string Bias(string mask)
    {
        string Size(string of, long axis) =>
            graph.Node("Gather", [graph.Node("Shape", [of]), graph.Scalar(axis)], ("axis", 0));
        var (keys, queries) = (Size(mask, 1), graph.Node("Gather", [sizes, graph.Scalar(1L)], ("axis", 0)));
        var one = graph.Scalar(1L);
        var key = graph.Node("Range", [graph.Scalar(0L), keys, one]);
        var query = graph.Node(
            "Unsqueeze",
            [graph.Node("Range", [graph.Node("Sub", [keys, queries]), keys, one]), graph.Constant(1L)]
        );
        var earlier = graph.Node("LessOrEqual", [key, query]);
        var there = graph.Node(
            "Unsqueeze",
            [graph.Node("Cast", [mask], ("to", (int)OnnxType.Bool)), graph.Constant(1L, 2L, 3L)]
        );
        return graph.Node("Where", [graph.Node("And", [earlier, there]), graph.Scalar(0f), graph.Scalar(-1e30f)]);
    }

    private string Layer(int layer, string x)
    {
        var index = layer.ToString(CultureInfo.InvariantCulture);
        var (queries, shared) = (shape.Heads * shape.HeadWidth, shape.KeyValueHeads * shape.HeadWidth);
        var joint = Linear(
            Norm(x, ParameterNames.AttentionNorm(layer)),
            ParameterNames.Projection(layer),
            shape.AttentionBias ? ParameterNames.ProjectionBias(layer) : null
        );
        var parts = graph.Node("Split", [joint, graph.Constant(queries, shared, shared)], 3, ("axis", 1));
        var query = Turned(parts[0], shape.Heads, shape.QueryKeyNorm ? ParameterNames.QueryNorm(layer) : null);
        query = graph.Node(
            "Transpose",
            [
                graph.Node(
                    "Reshape",
                    [query, Sizes(shape.KeyValueHeads, shape.Heads / shape.KeyValueHeads, shape.HeadWidth)]
                ),
            ],
            ("perm", new long[] { 0, 2, 3, 1, 4 })
        );
        var key = Cached(
            index,
            "key",
            Turned(parts[1], shape.KeyValueHeads, shape.QueryKeyNorm ? ParameterNames.KeyNorm(layer) : null)
        );
        var value = Cached(
            index,
            "value",
            graph.Node("Reshape", [parts[2], Sizes(shape.KeyValueHeads, shape.HeadWidth)])
        );
        var across = graph.Node("Transpose", [key], ("perm", new long[] { 0, 1, 2, 4, 3 }));
        var scores = graph.Node(
            "Mul",
            [graph.Node("MatMul", [query, across]), graph.Scalar((float)(1 / Math.Sqrt(shape.HeadWidth)))]
        );
        var seen = graph.Node(
            "MatMul",
            [graph.Node("Softmax", [graph.Node("Add", [scores, bias])], ("axis", -1)), value]
        );
        seen = graph.Node(
            "Reshape",
            [graph.Node("Transpose", [seen], ("perm", new long[] { 0, 3, 1, 2, 4 })), graph.Constant(-1L, queries)]
        );
        x = graph.Node(
            "Add",
            [x, Linear(seen, ParameterNames.Output(layer), shape.OutputBias ? ParameterNames.OutputBias(layer) : null)]
        );

        var gateUp = Linear(
            Norm(x, ParameterNames.FeedForwardNorm(layer)),
            ParameterNames.GateUp(layer),
            shape.FeedForwardBias ? ParameterNames.GateUpBias(layer) : null
        );
        var halves = graph.Node(
            "Split",
            [gateUp, graph.Constant(shape.FeedForward, shape.FeedForward)],
            2,
            ("axis", 1)
        );
        var gated = graph.Node("Mul", [graph.Node("Mul", [halves[0], graph.Node("Sigmoid", [halves[0]])]), halves[1]]);
        return graph.Node(
            "Add",
            [
                x,
                Linear(
                    gated,
                    ParameterNames.Down(layer),
                    shape.FeedForwardBias ? ParameterNames.DownBias(layer) : null
                ),
            ]
        );
    }

    // Earlier positions and the new ones, [batch, key-value heads, 1, positions, width]; without the 1 they are the
    // next call's past.
    private string Cached(string layer, string kind, string fresh)
    {
        object[] Dimensions(string length) => ["batch_size", shape.KeyValueHeads, length, shape.HeadWidth];
        fresh = graph.Node("Transpose", [fresh], ("perm", new long[] { 0, 2, 1, 3 }));
        if (!hasPast)
            return graph.Node("Unsqueeze", [fresh, graph.Constant(2L)]);
        var past = graph.Input($"past_key_values.{layer}.{kind}", OnnxType.Float, Dimensions("past_sequence_length"));
        var present = graph.Node("Concat", [past, fresh], $"present.{layer}.{kind}", ("axis", 2));
        graph.Output(present, OnnxType.Float, Dimensions("total_sequence_length"));
        return graph.Node("Unsqueeze", [present, graph.Constant(2L)]);
    }

    // Heads of a projection, normalised where the model does that, and turned by their positions: [batch, sequence,
    // heads, width].
    private string Turned(string projection, int heads, string? norm)
    {
        var x = graph.Node("Reshape", [projection, Sizes(heads, shape.HeadWidth)]);
        if (norm is not null)
            x = Norm(x, norm);
        var halves = graph.Node(
            "Split",
            [x, graph.Constant(shape.HeadWidth / 2, shape.HeadWidth / 2)],
            2,
            ("axis", -1)
        );
        string Times(string a, string b) => graph.Node("Mul", [a, b]);
        var first = graph.Node("Sub", [Times(halves[0], cosines), Times(halves[1], sines)]);
        var second = graph.Node("Add", [Times(halves[1], cosines), Times(halves[0], sines)]);
        return graph.Node("Concat", [first, second], ("axis", -1));
    }

    private string Norm(string x, string weight)
    {
        var mean = graph.Node("ReduceMean", [graph.Node("Mul", [x, x])], ("axes", new long[] { -1 }), ("keepdims", 1));
        var deviation = graph.Node("Sqrt", [graph.Node("Add", [mean, graph.Scalar((float)shape.NormEpsilon)])]);
        return graph.Node("Mul", [graph.Node("Div", [x, deviation]), Weight(weight)]);
    }

    private string Linear(string x, string weight, string? offset = null)
    {
        if (!int8)
            return graph.Node(
                "Gemm",
                offset is null ? [x, Weight(weight)] : [x, Weight(weight), Weight(offset)],
                ("transB", 1)
            );
        var rounded = graph.Node("DynamicQuantizeLinear", [x], 3);
        var (values, scales) = graph.Quantised(weight, parameters[weight], across: true);
        var product = graph.Node(
            "Cast",
            [graph.Node("MatMulInteger", [rounded[0], values, rounded[2]])],
            ("to", (int)OnnxType.Float)
        );
        product = graph.Node("Mul", [product, graph.Node("Mul", [scales, rounded[1]])]);
        return offset is null ? product : graph.Node("Add", [product, Weight(offset)]);
    }

    private string Embedded(string ids)
    {
        if (!int8)
            return graph.Node("Gather", [Weight(ParameterNames.Embedding), ids], ("axis", 0));
        // A tied head has numbers of its own, which lie the other way.
        var (values, scales) = graph.Quantised(
            "rows." + ParameterNames.Embedding,
            parameters[ParameterNames.Embedding],
            across: false
        );
        string Rows(string of) => graph.Node("Gather", [of, ids], ("axis", 0));
        return graph.Node(
            "Mul",
            [
                graph.Node("Cast", [Rows(values)], ("to", (int)OnnxType.Float)),
                graph.Node("Unsqueeze", [Rows(scales), graph.Constant(1L)]),
            ]
        );
    }

    private string Weight(string name) => graph.Weight(name, parameters[name]);

    // [batch, sequence] and what follows.
    private string Sizes(params long[] rest) => graph.Node("Concat", [sizes, graph.Constant(rest)], ("axis", 0));
}
