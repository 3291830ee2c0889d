using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>A decoder written as an ONNX graph and run by ONNX Runtime computes what it did.</summary>
public sealed class OnnxTests
{
    private static OnnxModel Exported(Scratch scratch, Decoder model, bool past = true)
    {
        OnnxExport.Save(scratch.Path, model, new ByteTokenizer(), past);
        return OnnxModel.Load(scratch.File(OnnxExport.FileName), model.Shape);
    }

    // Logits of a batch, read whole; then greedy text of three prompts of two lengths, of which some end before others.
    private static void Agrees(Decoder model, OnnxModel graph)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var vocabulary = model.Shape.Vocabulary;
        var ids = Models.Ids(Models.Tokens(23, vocabulary, "a"), Models.Tokens(23, vocabulary, "b"));
        Assert.All(
            model.Logits(ids).ToArray().Zip(graph.Logits(ids).ToArray()),
            pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4)
        );
        int[][] prompts =
        [
            Models.Tokens(5, vocabulary, "c"),
            Models.Tokens(5, vocabulary, "d"),
            Models.Tokens(9, vocabulary, "e"),
        ];
        (IReadOnlyList<int[]>, Charge) Written(ILanguageModel writer, int end) =>
            new TextGenerator(writer, TimeProvider.System).Continue(
                prompts,
                12,
                end,
                SamplingSpec.Greedy,
                new Seed(0),
                ChargeKind.Evaluation
            );
        var (free, _) = Written(model, -1);
        // A token that one row writes and another does not: then rows leave the batch at different times.
        var end = free[0].Skip(1).Append(free[0][0]).First();
        var ((mine, charge), (theirs, same)) = (Written(model, end), Written(graph, end));
        Assert.Equal(mine, theirs);
        Assert.Equal((charge.Tokens, charge.Flops), (same.Tokens, same.Flops));
    }

    [Theory]
    [InlineData("qwen2-tiny", true)]
    [InlineData("llama3-tiny", true)]
    [InlineData("qwen3-tiny", true)]
    [InlineData("qwen2-tiny", false)]
    [InlineData("llama3-tiny", false)]
    [InlineData("qwen3-tiny", false)]
    public void Every_family_s_checkpoint_agrees_with_its_graph_with_and_without_past_key_values(string name, bool past)
    {
        using var scratch = Repository.Scratch();
        using var model = ModelFolder.LoadModel(Repository.DataOrSkip($"checkpoints/{name}"), Compute.Cpu);
        using var graph = Exported(scratch, model, past);
        Assert.Equal(past, graph.HasPast);
        Agrees(model, graph);
    }

    [Theory]
    [InlineData("Plain")]
    [InlineData("Grouped")]
    [InlineData("Wide")]
    public void Shapes_of_every_option_agree_with_their_graphs(string name)
    {
        using var scratch = Repository.Scratch();
        using var model = Models.Make(
            Models.Named(name) with
            {
                OutputBias = name == "Plain",
                AttentionBias = true,
                FeedForwardBias = name == "Plain",
                QueryKeyNorm = name == "Wide",
            },
            Compute.Cpu
        );
        using var graph = Exported(scratch, model);
        Agrees(model, graph);
    }

    [Fact]
    public void Padding_before_a_prompt_changes_nothing_where_the_mask_and_the_positions_say_so()
    {
        using var scratch = Repository.Scratch();
        using var model = Models.Make(Models.Grouped, Compute.Cpu);
        using var graph = Exported(scratch, model);
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(scratch.File(OnnxExport.FileName));
        var tokens = Models.Tokens(6, model.Shape.Vocabulary).Select(token => (long)token).ToArray();
        float[] Logits(int padding)
        {
            long[] shape = [1, padding + tokens.Length];
            var inputs = new Dictionary<string, Microsoft.ML.OnnxRuntime.OrtValue>
            {
                ["input_ids"] = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory<long>(
                    [.. new long[padding], .. tokens],
                    shape
                ),
                ["attention_mask"] = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory<long>(
                    [.. new long[padding], .. tokens.Select(_ => 1L)],
                    shape
                ),
                ["position_ids"] = Microsoft.ML.OnnxRuntime.OrtValue.CreateTensorValueFromMemory<long>(
                    [.. new long[padding], .. tokens.Select((_, i) => (long)i)],
                    shape
                ),
            };
            foreach (var name in session.InputNames.Where(name => name.StartsWith("past", StringComparison.Ordinal)))
                inputs[name] = Microsoft.ML.OnnxRuntime.OrtValue.CreateAllocatedTensorValue(
                    Microsoft.ML.OnnxRuntime.OrtAllocator.DefaultInstance,
                    Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float,
                    [1, model.Shape.KeyValueHeads, 0, model.Shape.HeadWidth]
                );
            using var options = new Microsoft.ML.OnnxRuntime.RunOptions();
            using var results = session.Run(options, inputs, ["logits"]);
            return results[0].GetTensorDataAsSpan<float>()[^model.Shape.Vocabulary..].ToArray();
        }

        Assert.All(Logits(0).Zip(Logits(5)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-5));
    }

    [Fact]
    public void The_teacher_of_tinystories_writes_its_greedy_texts_as_a_graph_too()
    {
        var folder = Repository.DataOrSkip("checkpoints/stories260k");
        using var scratch = Repository.Scratch();
        using var model = Llama2cFile.Load(Path.Combine(folder, "stories260K.bin"), Compute.Cpu);
        using var graph = Exported(scratch, model);
        ITokenizer tokenizer = Llama2cTokenizer.Load(Path.Combine(folder, "tok512.bin"), model.Shape.Vocabulary);
        int[][] prompts = [tokenizer.Start("Once upon a time"), tokenizer.Start("Lily and Tom")];
        IReadOnlyList<int[]> Written(ILanguageModel writer) =>
            new TextGenerator(writer, TimeProvider.System)
                .Continue(prompts, 100, tokenizer.End, SamplingSpec.Greedy, new Seed(0), ChargeKind.Evaluation)
                .Responses;
        Assert.Equal(Written(model), Written(graph));
        var sequences = Written(model)
            .Zip(prompts, (response, prompt) => new Sequence([.. prompt, .. response], prompt.Length))
            .ToArray();
        IEnumerable<float> Read(IPredictor reader) =>
            new SequenceReader(reader, TimeProvider.System)
                .Predict(sequences, ChargeKind.Evaluation)
                .Scores.SelectMany(score => score.LogProbabilities);
        Assert.All(Read(model).Zip(Read(graph)), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1e-4));
    }

    [Theory]
    [InlineData("qwen2-tiny")]
    [InlineData("llama3-tiny")]
    [InlineData("qwen3-tiny")]
    public void In_eight_bits_a_graph_is_a_quarter_as_large_and_nearly_the_same(string name)
    {
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ModelFolder.LoadModel(Repository.DataOrSkip($"checkpoints/{name}"), Compute.Cpu);
        Exported(scratch, model).Dispose();
        Assert.Equal(OnnxExport.Int8FileName, OnnxExport.Save(scratch.Path, model, new ByteTokenizer(), int8: true));
        // Weights in a quarter of the bytes; the nodes are more, and norms stay.
        var bytes = new FileInfo(scratch.File(OnnxExport.Int8FileName)).Length;
        var nodes = 700L * 30 * model.Shape.Layers + 20_000;
        Assert.InRange(
            bytes,
            model.Shape.Parameters,
            (long)(1.1 * (model.Shape.Parameters + model.Shape.Vocabulary * model.Shape.Width)) + nodes
        );
        using var graph = OnnxModel.Load(scratch.File(OnnxExport.Int8FileName), model.Shape);
        var ids = Models.Ids(Models.Tokens(40, model.Shape.Vocabulary, "a"));
        var (whole, rounded) = (model.Logits(ids), graph.Logits(ids));
        // KL between the two next-token distributions: small beside what a bit is, and not nothing.
        var difference = (whole.softmax(1) * (whole.log_softmax(1) - rounded.log_softmax(1))).sum(1).ToArray();
        Assert.InRange(difference.Average(), 1e-9, 0.05);
        Assert.All(difference, kl => Assert.InRange(kl, -1e-5, 0.4));
        // One token at a time and all at once round differently: what follows is close, not equal.
        var (responses, _) = new TextGenerator(graph, TimeProvider.System).Continue(
            [Models.Tokens(5, model.Shape.Vocabulary, "c")],
            12,
            -1,
            SamplingSpec.Greedy,
            new Seed(0),
            ChargeKind.Evaluation
        );
        Assert.Equal(12, responses[0].Length);
    }

    [Fact]
    public void What_is_no_decoder_is_refused_in_one_line()
    {
        using var scratch = Repository.Scratch();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        Exported(scratch, model).Dispose();
        var whole = File.ReadAllBytes(scratch.File(OnnxExport.FileName));
        foreach (
            var (bytes, shape, says) in ((byte[], ModelShape, string)[])
                [
                    (whole[..(whole.Length / 2)], model.Shape, "not a usable ONNX graph"),
                    ([1, 2, 3], model.Shape, "not a usable ONNX graph"),
                    (whole, model.Shape with { Vocabulary = 20 }, "config.json asks for [batch, sequence, 20]"),
                    (whole, model.Shape with { Layers = 3 }, "4 past keys and values, and config.json asks for 6"),
                ]
        )
        {
            File.WriteAllBytes(scratch.File("x.onnx"), bytes);
            var error = Assert.Throws<LabException>(() => OnnxModel.Load(scratch.File("x.onnx"), shape));
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
            Assert.Contains("x.onnx", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }
}
