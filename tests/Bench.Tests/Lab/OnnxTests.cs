using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Tests.Lab;

/// <summary>A decoder written as an ONNX graph and run by ONNX Runtime computes what it did.</summary>
public sealed class OnnxTests
{
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
        using var graph = Graphs.Exported(scratch, model);
        Graphs.Agrees(model, graph);
    }

    [Fact]
    public void Padding_before_a_prompt_changes_nothing_where_the_mask_and_the_positions_say_so()
    {
        using var scratch = Repository.Scratch();
        using var model = Models.Make(Models.Grouped, Compute.Cpu);
        using var graph = Graphs.Exported(scratch, model);
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
        using var graph = Graphs.Exported(scratch, model);
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

    [Fact]
    public void What_is_no_decoder_is_refused_in_one_line()
    {
        using var scratch = Repository.Scratch();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        Graphs.Exported(scratch, model).Dispose();
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
