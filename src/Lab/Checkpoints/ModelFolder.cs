using System.Text.Json;
using System.Text.Json.Serialization;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// A model as a folder: config.json with Hugging Face's keys, model.safetensors with Hugging Face's tensor names, and the tokenizer's file.
/// </summary>
public static class ModelFolder
{
    /// <summary>The name of a model's folder inside a unit's entry in the store.</summary>
    public const string NameInStore = "model";

    private const string ConfigName = "config.json";
    private const string WeightsName = "model.safetensors";

    /// <summary>Writes a model and its tokenizer.</summary>
    public static void Save(string folder, Decoder model, ITokenizer tokenizer)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, ConfigName), JsonSerializer.SerializeToUtf8Bytes(Config.Of(model.Shape, tokenizer)));
        SafeTensors.Write(Path.Combine(folder, WeightsName), model.Parameters.SelectMany(parameter => Separate(model.Shape, parameter.Name, parameter.Tensor)));
        tokenizer.Save(folder);
    }

    /// <summary>Reads a model that <see cref="Save"/> wrote.</summary>
    /// <exception cref="LabException">A file is missing or wrong.</exception>
    public static (Decoder Model, ITokenizer Tokenizer) Load(string folder, Compute compute)
    {
        using var scope = NewDisposeScope();
        var shape = Shape(folder);
        var weights = SafeTensors.Read(Path.Combine(folder, WeightsName));
        var model = Decoder.FromWeights(shape, compute, (name, size) => Joined(folder, weights, name, size));
        return (model, LoadTokenizer(folder, shape));
    }

    /// <summary>The shape that a folder's config.json states.</summary>
    public static ModelShape Shape(string folder)
    {
        var path = Path.Combine(folder, ConfigName);
        if (!File.Exists(path)) throw new LabException($"{folder}: no {ConfigName}; is this a model's folder?");
        try
        {
            return JsonSerializer.Deserialize<Config>(File.ReadAllBytes(path))!.ToShape();
        }
        catch (JsonException error)
        {
            throw new LabException($"{path}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static ITokenizer LoadTokenizer(string folder, ModelShape shape) => File.Exists(Path.Combine(folder, ByteTokenizer.FileName))
        ? new ByteTokenizer()
        : File.Exists(Path.Combine(folder, CharacterTokenizer.FileName))
        ? CharacterTokenizer.Load(folder)
        : Llama2cTokenizer.Load(Path.Combine(folder, Llama2cTokenizer.FileName), shape.Vocabulary);

    // Hugging Face keeps query, key and value apart, and gate and up.
    private static IEnumerable<(string Name, Tensor Tensor)> Separate(ModelShape shape, string name, Tensor tensor)
    {
        if (Parts(name) is not { } parts)
        {
            yield return (name, tensor);
            yield break;
        }

        long[] rows = parts.Length == 2
            ? [shape.FeedForward, shape.FeedForward]
            : [shape.Heads * shape.HeadWidth, shape.KeyValueHeads * shape.HeadWidth, shape.KeyValueHeads * shape.HeadWidth];
        long start = 0;
        for (var i = 0; i < parts.Length; start += rows[i++]) yield return (parts[i], tensor.narrow(0, start, rows[i]));
    }

    private static Tensor Joined(string folder, IReadOnlyDictionary<string, Tensor> weights, string name, long[] size)
    {
        Tensor Find(string part) => weights.TryGetValue(part, out var tensor) ? tensor : throw new LabException($"{folder}: the weights lack the tensor {part}");
        var joined = Parts(name) is { } parts ? cat([.. parts.Select(Find)], 0) : Find(name);
        return joined.shape.SequenceEqual(size)
            ? joined
            : throw new LabException($"{folder}: the tensor {name} is [{string.Join(", ", joined.shape)}], and config.json asks for [{string.Join(", ", size)}]");
    }

    private static string[]? Parts(string name)
    {
        string[] Named(string joined, params string[] parts) => [.. parts.Select(part => name.Replace(joined, part, StringComparison.Ordinal))];
        if (name.Contains("qkv_proj", StringComparison.Ordinal)) return Named("qkv_proj", "q_proj", "k_proj", "v_proj");
        return name.Contains("gate_up_proj", StringComparison.Ordinal) ? Named("gate_up_proj", "gate_proj", "up_proj") : null;
    }

    private sealed record Config
    {
        [JsonPropertyName("architectures")] public required string[] Architectures { get; init; }

        [JsonPropertyName("hidden_size")] public required int HiddenSize { get; init; }

        [JsonPropertyName("num_hidden_layers")] public required int Layers { get; init; }

        [JsonPropertyName("num_attention_heads")] public required int Heads { get; init; }

        [JsonPropertyName("num_key_value_heads")] public required int KeyValueHeads { get; init; }

        [JsonPropertyName("head_dim")] public required int HeadWidth { get; init; }

        [JsonPropertyName("intermediate_size")] public required int FeedForward { get; init; }

        [JsonPropertyName("vocab_size")] public required int Vocabulary { get; init; }

        [JsonPropertyName("tie_word_embeddings")] public required bool Tied { get; init; }

        [JsonPropertyName("rope_theta")] public required double RotaryBase { get; init; }

        [JsonPropertyName("rms_norm_eps")] public required double Epsilon { get; init; }

        [JsonPropertyName("bos_token_id")] public required int? Begin { get; init; }

        [JsonPropertyName("eos_token_id")] public required int End { get; init; }

        internal static Config Of(ModelShape shape, ITokenizer tokenizer) => new()
        {
            Architectures = [shape.AttentionBias ? "Qwen2ForCausalLM" : "LlamaForCausalLM"],
            HiddenSize = shape.Width,
            Layers = shape.Layers,
            Heads = shape.Heads,
            KeyValueHeads = shape.KeyValueHeads,
            HeadWidth = shape.HeadWidth,
            FeedForward = shape.FeedForward,
            Vocabulary = shape.Vocabulary,
            Tied = shape.TiedHead,
            RotaryBase = shape.RotaryBase,
            Epsilon = shape.NormEpsilon,
            Begin = tokenizer.Begin,
            End = tokenizer.End,
        };

        internal ModelShape ToShape() => new()
        {
            Layers = Layers,
            Width = HiddenSize,
            Heads = Heads,
            KeyValueHeads = KeyValueHeads,
            HeadWidth = HeadWidth,
            FeedForward = FeedForward,
            Vocabulary = Vocabulary,
            TiedHead = Tied,
            AttentionBias = Architectures is ["Qwen2ForCausalLM"],
            RotaryBase = RotaryBase,
            NormEpsilon = Epsilon,
        };
    }
}
