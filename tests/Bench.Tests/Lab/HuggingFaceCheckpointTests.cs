using System.Text.Json.Nodes;
using Bench.Lab.Checkpoints;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>Checkpoints in Hugging Face's layout: refused where they lie, kept in their precision.</summary>
public sealed class HuggingFaceCheckpointTests
{
    private static string Folder(string name) => Repository.DataOrSkip($"checkpoints/{name}");

    // A copy of a tiny checkpoint with its configuration changed.
    private static string Changed(Scratch scratch, string name, Action<JsonObject> change)
    {
        foreach (var file in Directory.EnumerateFiles(Folder(name)))
            File.Copy(file, scratch.File(Path.GetFileName(file)), overwrite: true);
        foreach (var file in Directory.EnumerateFiles(scratch.Path))
            File.SetAttributes(file, FileAttributes.Normal);
        var config = JsonNode.Parse(File.ReadAllText(scratch.File("config.json")))!.AsObject();
        change(config);
        File.WriteAllText(scratch.File("config.json"), config.ToJsonString());
        return scratch.Path;
    }

    [Fact]
    public void What_a_configuration_asks_for_and_is_not_known_is_refused_by_its_name()
    {
        foreach (
            var (change, says) in ((Action<JsonObject>, string)[])
                [
                    (config => config["use_sliding_window"] = true, "use_sliding_window"),
                    (
                        config => config["rope_scaling"] = JsonNode.Parse("""{"rope_type": "yarn", "factor": 4.0}"""),
                        "rope_scaling of type yarn"
                    ),
                    (config => config["hidden_act"] = "gelu", "hidden_act gelu"),
                    (
                        config => config["architectures"] = new JsonArray("MixtralForCausalLM"),
                        "architecture MixtralForCausalLM"
                    ),
                    (config => config["quantization_config"] = new JsonObject(), "quantization_config"),
                    (config => config["num_hidden_layers"] = 1e18, "num_hidden_layers is 1E+18"),
                    (config => config["num_key_value_heads"] = 3, "4 heads cannot share 3 key-value heads"),
                    (config => config.Remove("vocab_size"), "vocab_size is missing"),
                    (config => config["num_hidden_layers"] = 4, "lack the tensor model.layers.3."),
                    (config => config["num_hidden_layers"] = 4097, "num_hidden_layers is 4097"),
                    (config => config["num_hidden_layers"] = 4000, "parameters, and the weights hold 292304 bytes"),
                    (config => config["vocab_size"] = 1 << 24, "parameters, and the weights hold"),
                    (config => config["head_dim"] = 1 << 22, "heads of 4194304 channels are more than any model has"),
                    (
                        config =>
                        {
                            config.Remove("head_dim");
                            config["hidden_size"] = 66;
                        },
                        "4 heads do not divide 66 channels"
                    ),
                    (
                        config =>
                        {
                            config["head_dim"] = 16;
                            config["hidden_size"] = 66;
                        },
                        "config.json asks for"
                    ),
                    (config => config["rope_theta"] = 0, "rope_theta is 0"),
                    (config => config["rms_norm_eps"] = -1, "rms_norm_eps is -1"),
                    (
                        config =>
                            config["rope_scaling"] = JsonNode.Parse(
                                """
                                {"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1,
                                    "original_max_position_embeddings": 64}
                                """
                            ),
                        "low_freq_factor must be below"
                    ),
                    (
                        config => config["intermediate_size"] = 64,
                        "gate_proj.weight is [128, 64], and config.json asks for [64, 64]"
                    ),
                ]
        )
        {
            using var scratch = Repository.Scratch();
            var error = Assert.Throws<LabException>(() =>
                ModelFolder.LoadModel(Changed(scratch, "qwen2-tiny", change), Compute.Cpu).Dispose()
            );
            Assert.Contains(says, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    public static IEnumerable<TheoryDataRow<string>> Pointers =>
        Pack.Folders("cases/misleading-messages", "model.safetensors");

    [Theory]
    [MemberData(nameof(Pointers))]
    public void A_pointer_of_Git_LFS_is_called_one(string folder)
    {
        using var scratch = Repository.Scratch();
        File.WriteAllText(scratch.File("tokenizer.json"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        foreach (
            var read in (Action[])
                [
                    () => ModelFolder.LoadModel(folder, Compute.Cpu),
                    () => ModelFolder.Shape(folder),
                    () => Llama2cFile.Shape(Path.Combine(folder, "model.safetensors")),
                    () => HuggingFaceTokenizer.Load(scratch.File("tokenizer.json")),
                    () => Llama2cTokenizer.Load(scratch.File("tokenizer.json"), 512),
                ]
        )
            Assert.Contains(
                ": a Git LFS pointer and not the file itself; run git lfs pull",
                Assert.Throws<LabException>(read).Message,
                StringComparison.Ordinal
            );
    }

    [Fact]
    public void An_index_that_leads_astray_is_refused()
    {
        foreach (
            var (from, to, says) in ((string, string, string)[])
                [
                    (
                        "model-00001-of-00002.safetensors",
                        "../model-00001-of-00002.safetensors",
                        "no name of a file in this folder"
                    ),
                    (
                        "model-00001-of-00002.safetensors",
                        "model-00009-of-00002.safetensors",
                        "model-00009-of-00002.safetensors"
                    ),
                    ("{", "[", "not an index of tensors"),
                ]
        )
        {
            using var scratch = Repository.Scratch();
            Changed(scratch, "llama3-tiny", _ => { });
            var index = scratch.File("model.safetensors.index.json");
            File.WriteAllText(index, File.ReadAllText(index).Altered(from, to));
            Assert.Contains(
                says,
                Assert.Throws<LabException>(() => ModelFolder.LoadModel(scratch.Path, Compute.Cpu)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void A_model_in_bfloat16_is_read_in_its_own_precision_and_written_in_it()
    {
        var compute = Compute.For("cpu", "bf16");
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        using var model = ModelFolder.LoadModel(Folder("qwen2-tiny"), compute);
        ModelFolder.Save(scratch.Path, model, new ByteTokenizer());
        // Every tensor is the file's to the bit, though projections are joined in between.
        using var before = SafeTensors.Open(Path.Combine(Folder("qwen2-tiny"), "model.safetensors"));
        using var after = SafeTensors.Open(scratch.File("model.safetensors"));
        Assert.Equal(before.Names.Order(StringComparer.Ordinal), after.Names.Order(StringComparer.Ordinal));
        foreach (var name in before.Names)
            Assert.Equal(before.Read(name).ToArray(), after.Read(name).ToArray());
        using var read = ModelFolder.LoadModel(scratch.Path, compute);
        foreach (var (a, b) in model.Parameters.Zip(read.Parameters))
            Assert.Equal(a.Tensor.ToArray(), b.Tensor.ToArray());
    }

    [Fact]
    public void Half_precision_numbers_are_read_as_what_they_are()
    {
        using var scratch = Repository.Scratch();
        using var scope = NewDisposeScope();
        float[] values = [0, -0f, 1, -2.5f, 65504, 6e-8f, float.PositiveInfinity, 1 / 3f];
        byte[] halves = [.. values.SelectMany(value => BitConverter.GetBytes((Half)value))];
        byte[] header = System.Text.Encoding.UTF8.GetBytes(
            """{"x":{"dtype":"F16","shape":[2,4],"data_offsets":[0,16]}}"""
        );
        File.WriteAllBytes(
            scratch.File("a.safetensors"),
            [.. BitConverter.GetBytes((long)header.Length), .. header, .. halves]
        );
        using var file = SafeTensors.Open(scratch.File("a.safetensors"));
        Assert.Equal(values.Select(value => (float)(Half)value), file.Read("x").ToArray());
        var narrow = empty([2, 4], dtype: ScalarType.BFloat16);
        file.Fill("x", narrow);
        Assert.Equal(
            TensorData.Of(values.Select(value => (float)(Half)value).ToArray(), 2, 4).to(ScalarType.BFloat16).ToArray(),
            narrow.ToArray()
        );
    }
}
