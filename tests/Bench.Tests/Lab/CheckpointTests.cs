using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

public class CheckpointTests
{
    [Theory]
    [InlineData("Plain")]
    [InlineData("Grouped")]
    [InlineData("Wide")]
    public void A_saved_model_is_read_back_to_the_bit(string name)
    {
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        var characters = "0123456789+=,abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-*/"[
            ..(Models.Named(name).Vocabulary - 4)
        ];
        using var model = Models.Make(Models.Named(name), Compute.Cpu);
        ModelFolder.Save(scratch.Path, model, new CharacterTokenizer(characters));
        var (read, tokenizer) = ModelFolder.Load(scratch.Path, Compute.Cpu);
        using var owned = read;
        Assert.Equal(model.Shape, read.Shape);
        foreach (var (a, b) in model.Parameters.Zip(read.Parameters))
            Assert.Equal(a.Tensor.ToArray(), b.Tensor.ToArray());
        Assert.Equal([2, 5, 7, 3, 4], tokenizer.Encode("<think>13</think>0"));
    }

    [Fact]
    public void Weights_have_hugging_faces_names()
    {
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Grouped, Compute.Cpu);
        ModelFolder.Save(scratch.Path, model, new CharacterTokenizer("0123456789+=,ab"));
        using var weights = SafeTensors.Open(scratch.File("model.safetensors"));
        Assert.Equal([12, 24], weights.ShapeOf("model.layers.1.self_attn.k_proj.weight"));
        Assert.Equal([24], weights.ShapeOf("model.layers.0.self_attn.q_proj.bias"));
        Assert.Equal([40, 24], weights.ShapeOf("model.layers.0.mlp.up_proj.weight"));
        Assert.DoesNotContain("lm_head.weight", weights.Names);
    }

    [Fact]
    public void A_damaged_safetensors_file_is_refused_in_one_line()
    {
        using var scratch = Repository.Scratch();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        ModelFolder.Save(scratch.Path, model, new CharacterTokenizer("0123456789+=,ab"));
        var path = scratch.File("model.safetensors");
        var whole = File.ReadAllBytes(path);
        var headerEnd = 8 + (int)BitConverter.ToInt64(whole);
        byte[] WithHeader(string from, string to) =>
            [
                .. whole[..8],
                .. System.Text.Encoding.UTF8.GetBytes(
                    System.Text.Encoding.UTF8.GetString(whole[8..headerEnd]).Altered(from, to)
                ),
                .. whole[headerEnd..],
            ];
        (byte[] Bytes, string Says)[] cases =
        [
            (whole[..4], "shorter than its header"),
            ([.. BitConverter.GetBytes(1L << 60), .. whole[8..]], "header claims"),
            (whole[..^10], "does not fit the file"),
            (WithHeader("\"F32\"", "\"F99\""), "has type F99"),
            (WithHeader("[24]", "[-4]"), "does not fit the file"),
            (WithHeader("{\"__meta", "<\"__meta"), "not a table of tensors"),
            (WithHeader("[0,", "[8,"), "does not fit the file"),
            (WithHeader("model.layers.1.mlp.down_proj", "model.layers.0.mlp.down_proj"), "stands twice in it"),
            (WithHeader("model.norm.weight", "model.nrom.weight"), "lack the tensor model.norm.weight"),
        ];
        foreach (var (bytes, says) in cases)
        {
            File.WriteAllBytes(path, bytes);
            var error = Assert.Throws<LabException>(() => ModelFolder.Load(scratch.Path, Compute.Cpu));
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    private static (string Model, string Tokenizer) Stories() =>
        (
            Repository.DataOrSkip("checkpoints/stories260k/stories260K.bin"),
            Repository.DataOrSkip("checkpoints/stories260k/tok512.bin")
        );

    [Fact]
    public void The_stories_teacher_writes_exactly_what_llama2c_prints()
    {
        var (file, tokenizerFile) = Stories();
        var expected = JsonDocument
            .Parse(File.ReadAllBytes(Repository.DataOrSkip("checkpoints/stories260k/expected.json")))
            .RootElement;
        foreach (var compute in (Compute[])[Compute.Cpu, Compute.Composite])
        {
            using var model = Llama2cFile.Load(file, compute);
            Assert.Equal(260_032, model.Shape.Parameters);
            ITokenizer tokenizer = Llama2cTokenizer.Load(tokenizerFile, model.Shape.Vocabulary);
            foreach (var entry in expected.EnumerateArray())
            {
                var prompt = tokenizer.Start(entry.GetProperty("prompt").GetString()!);
                var count = entry.GetProperty("steps").GetInt32() - prompt.Length + 1;
                var (responses, _) = new TextGenerator(model, TimeProvider.System).Continue(
                    [prompt],
                    count,
                    tokenizer.End,
                    SamplingSpec.Greedy,
                    new Seed(0),
                    ChargeKind.Evaluation
                );
                Assert.Equal(entry.GetProperty("text").GetString(), tokenizer.Decode([.. prompt, .. responses[0]]));
            }
        }
    }

    [Fact]
    public void A_stories_model_survives_being_saved_as_a_folder()
    {
        var (file, tokenizerFile) = Stories();
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        using var model = Llama2cFile.Load(file, Compute.Cpu);
        ModelFolder.Save(scratch.Path, model, Llama2cTokenizer.Load(tokenizerFile, 512));
        var (read, tokenizer) = ModelFolder.Load(scratch.Path, Compute.Cpu);
        using var owned = read;
        var ids = Models.Ids([1, .. tokenizer.Encode("Once upon a time")]);
        Assert.Equal(model.Logits(ids).ToArray(), read.Logits(ids).ToArray());
    }

    [Theory]
    [InlineData(3, "shorter than a llama2.c header")]
    [InlineData(1000, "1000 bytes long, but its header asks for")]
    public void A_truncated_llama2c_file_is_refused(int bytes, string says)
    {
        var (file, _) = Stories();
        using var scratch = Repository.Scratch();
        File.WriteAllBytes(scratch.File("cut.bin"), File.ReadAllBytes(file)[..bytes]);
        Assert.Contains(
            says,
            Assert.Throws<LabException>(() => Llama2cFile.Load(scratch.File("cut.bin"), Compute.Cpu)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Noise_is_no_llama2c_file()
    {
        using var scratch = Repository.Scratch();
        var noise = new byte[4096];
        var random = new Seed(1).Stream("noise");
        for (var i = 0; i < noise.Length; i++)
            noise[i] = (byte)random.Next(256);
        File.WriteAllBytes(scratch.File("noise.bin"), noise);
        Assert.Contains(
            "not a llama2.c version-0 checkpoint",
            Assert.Throws<LabException>(() => Llama2cFile.Shape(scratch.File("noise.bin"))).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<LabException>(() => Llama2cTokenizer.Load(scratch.File("noise.bin"), 512));
    }

    [Theory]
    [InlineData("Once upon a time")]
    [InlineData("Grüße, 你好 🙂!\n\ttabs")]
    [InlineData("")]
    public void The_stories_tokenizer_gives_texts_back(string text)
    {
        var (_, tokenizerFile) = Stories();
        ITokenizer tokenizer = Llama2cTokenizer.Load(tokenizerFile, 512);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Start(text)));
    }

    [Fact]
    public void Characters_and_think_tags_are_tokens()
    {
        var tokenizer = new CharacterTokenizer("+123=");
        Assert.Equal([5, 4, 6, 8, 2, 6, 3, 7], tokenizer.Encode("1+2=<think>2</think>3"));
        Assert.Equal("1+2=<think>2</think>3", tokenizer.Decode([0, 5, 4, 6, 8, 2, 6, 3, 7, 1]));
        Assert.Contains(
            "the character 'x'",
            Assert.Throws<LabException>(() => tokenizer.Encode("x")).Message,
            StringComparison.Ordinal
        );
    }
}
