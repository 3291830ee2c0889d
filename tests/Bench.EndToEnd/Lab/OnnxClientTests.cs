using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.EndToEnd.Lab;

/// <summary>
/// What Bench exports, run by programs that nobody here wrote: transformers.js with its own tokenizer and its own
/// decoding, and ONNX Runtime for node.
/// </summary>
public sealed class OnnxClientTests
{
    private const int Tokens = 40;

    private static (Decoder Model, ITokenizer Tokenizer, string[] Prompts) Named(string name)
    {
        if (name == "stories")
        {
            var folder = Repository.DataOrSkip("checkpoints/stories260k");
            var stories = Llama2cFile.Load(Path.Combine(folder, "stories260K.bin"), Compute.Cpu);
            return (
                stories,
                Llama2cTokenizer.Load(Path.Combine(folder, "tok512.bin"), stories.Shape.Vocabulary),
                ["Once upon a time", "Lily and Ünï said: \"no\"", "  two spaces"]
            );
        }

        ITokenizer tokenizer = name == "characters" ? new CharacterTokenizer("\n +=0123456789") : new ByteTokenizer();
        return (
            Models.Make(Models.Grouped with { Vocabulary = tokenizer.Size }, Compute.Cpu),
            tokenizer,
            ["12+34=", "7+8=<think>\n7+8"]
        );
    }

    private static JsonElement.ArrayEnumerator Asked(string folder, string type, string[] prompts)
    {
        Clients.PackageOrSkip("@huggingface/transformers");
        var (code, output, errors) = Clients.Start(
            "node",
            [
                "onnx-client.mjs",
                folder,
                type,
                Tokens.ToString(System.Globalization.CultureInfo.InvariantCulture),
                .. prompts,
            ]
        );
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement.EnumerateArray();
    }

    [Theory]
    [InlineData("stories")]
    [InlineData("characters")]
    [InlineData("bytes")]
    public void Transformers_js_reads_the_same_tokens_and_writes_the_same_greedy_text(string name)
    {
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (model, tokenizer, prompts) = Named(name);
        using var owned = model;
        OnnxExport.Save(scratch.Path, model, tokenizer);
        foreach (var (prompt, answer) in prompts.Zip(Asked(scratch.Path, "fp32", prompts)))
        {
            var ids = tokenizer.Start(prompt);
            Assert.Equal(ids, answer.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
            var (responses, _) = new TextGenerator(model, TimeProvider.System).Continue(
                [ids],
                Tokens,
                tokenizer.End,
                SamplingSpec.Greedy,
                default,
                ChargeKind.Evaluation
            );
            Assert.Equal(responses[0], answer.GetProperty("response").EnumerateArray().Select(id => id.GetInt32()));
            // A random model's bytes are no text.
            if (name != "bytes")
                Assert.Equal(
                    tokenizer.Decode(responses[0]).TrimStart(),
                    answer.GetProperty("text").GetString()!.TrimStart()
                );
            var logits = model.Logits(Models.Ids(ids)).ToArray()[^model.Shape.Vocabulary..];
            Assert.All(
                logits.Zip(answer.GetProperty("logits").EnumerateArray()),
                pair => Assert.InRange(Math.Abs(pair.First - pair.Second.GetSingle()), 0, 1e-4)
            );
        }
    }

    [Fact]
    public void In_eight_bits_too_transformers_js_writes_what_bench_does_with_the_same_graph()
    {
        using var scratch = Repository.Scratch();
        var (model, tokenizer, prompts) = Named("stories");
        using var owned = model;
        var graph = OnnxExport.Save(scratch.Path, model, tokenizer, int8: true);
        using var rounded = OnnxModel.Load(scratch.File(graph), model.Shape);
        foreach (var (prompt, answer) in prompts.Zip(Asked(scratch.Path, "q8", prompts)))
        {
            var (responses, _) = new TextGenerator(rounded, TimeProvider.System).Continue(
                [tokenizer.Start(prompt)],
                Tokens,
                tokenizer.End,
                SamplingSpec.Greedy,
                default,
                ChargeKind.Evaluation
            );
            Assert.Equal(responses[0], answer.GetProperty("response").EnumerateArray().Select(id => id.GetInt32()));
        }
    }

    [Theory]
    [InlineData("stories")]
    [InlineData("characters")]
    [InlineData("bytes")]
    public void A_tokenizer_of_ours_in_Hugging_Face_s_form_gives_the_same_tokens_and_texts(string name)
    {
        using var scratch = Repository.Scratch();
        var (model, tokenizer, prompts) = Named(name);
        model.Dispose();
        tokenizer.Save(scratch.Path);
        var other = HuggingFaceTokenizer.Load(scratch.Path);
        Assert.Equal((tokenizer.Size, tokenizer.Begin, tokenizer.End), (other.Size, other.Begin, other.End));
        foreach (
            var text in prompts.Concat(
                name == "characters" ? ["", "\n\n 3"] : ["", " a", "été\r\n日本 🙂", "<think>x</think>", "  \t", "a<b"]
            )
        )
        {
            Assert.Equal(tokenizer.Encode(text), other.Encode(text));
            Assert.Equal(tokenizer.Decode(tokenizer.Encode(text)), other.Decode(other.Encode(text)));
        }
    }
}
