using System.Text.Json;
using System.Text.Json.Nodes;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Shapes;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// config.json as Hugging Face's transformers writes it for the families Llama (2, 3, 3.1, 3.2), Qwen2 (and 2.5) and
/// Qwen3: the model's shape. A setting that a decoder here does not know is refused by its name.
/// </summary>
internal static class ModelConfig
{
    internal const string FileName = "config.json";

    private const int Largest = 1 << 24;

    /// <summary>The head width that transformers takes for Qwen 3 where head_dim is missing.</summary>
    private const int QwenHead = 128;

    /// <summary>The shape that a config.json states.</summary>
    /// <exception cref="LabException">It is missing, broken, or of a model that is not known here.</exception>
    internal static ModelShape Read(string path)
    {
        if (!File.Exists(path))
            throw new LabException(
                $"{Path.GetDirectoryName(path)}: no {Path.GetFileName(path)}; is this a model's folder?"
            );
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Shape(document.RootElement);
        }
        catch (LabException error)
        {
            throw new LabException($"{path}: {error.Message}");
        }
        catch (Exception error)
            when (error
                    is JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
                        or IOException
            )
        {
            throw new LabException($"{path}: {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary>Writes config.json so that transformers reads the model.</summary>
    internal static void Write(string folder, ModelShape shape, ITokenizer tokenizer, string type)
    {
        var family =
            shape.QueryKeyNorm ? "qwen3"
            : shape.AttentionBias && !shape.OutputBias ? "qwen2"
            : "llama";
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(
                family switch
                {
                    "qwen3" => "Qwen3ForCausalLM",
                    "qwen2" => "Qwen2ForCausalLM",
                    _ => "LlamaForCausalLM",
                }
            ),
            ["model_type"] = family,
            ["hidden_act"] = "silu",
            ["hidden_size"] = shape.Width,
            ["num_hidden_layers"] = shape.Layers,
            ["num_attention_heads"] = shape.Heads,
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["head_dim"] = shape.HeadWidth,
            ["intermediate_size"] = shape.FeedForward,
            ["vocab_size"] = shape.Vocabulary,
            ["tie_word_embeddings"] = shape.TiedHead,
            ["rope_theta"] = shape.RotaryBase,
            ["rope_scaling"] = Scaling(shape.RotaryScaling),
            ["rms_norm_eps"] = shape.NormEpsilon,
            ["bos_token_id"] = tokenizer.Begin,
            ["eos_token_id"] = tokenizer.End,
            ["torch_dtype"] = type,
        };
        if (shape.Context is { } context)
            config["max_position_embeddings"] = context;
        if (family != "qwen2")
            config["attention_bias"] = shape.OutputBias;
        if (family == "llama")
            config["mlp_bias"] = shape.FeedForwardBias;
        File.WriteAllText(
            Path.Combine(folder, FileName),
            config.ToJsonString(new JsonSerializerOptions { WriteIndented = true, NewLine = "\n" }) + "\n"
        );
    }

    private static ModelShape Shape(JsonElement root)
    {
        var family = Family(root);
        Refuse(root);
        var rotary = Given(root, "rope_parameters") ?? Given(root, "rope_scaling");
        var (width, heads) = (Number(root, "hidden_size"), Number(root, "num_attention_heads"));
        var bias = TokenizerJson.Flag(root, "attention_bias");
        var shape = new ModelShape
        {
            Layers = Number(root, "num_hidden_layers"),
            Width = width,
            Heads = heads,
            KeyValueHeads = Number(root, "num_key_value_heads", heads),
            HeadWidth =
                Given(root, "head_dim") is not null || family == "qwen3" ? Number(root, "head_dim", QwenHead)
                : width % heads == 0 ? width / heads
                : throw new LabException($"{heads} heads do not divide {width} channels, and head_dim is missing"),
            FeedForward = Number(root, "intermediate_size"),
            Vocabulary = Number(root, "vocab_size"),
            TiedHead = TokenizerJson.Flag(root, "tie_word_embeddings"),
            AttentionBias = family == "qwen2" || bias,
            OutputBias = family != "qwen2" && bias,
            FeedForwardBias = family == "llama" && TokenizerJson.Flag(root, "mlp_bias"),
            QueryKeyNorm = family == "qwen3",
            RotaryBase =
                rotary is { } own && Given(own, "rope_theta") is { } theta
                    ? theta.GetDouble()
                    : Real(root, "rope_theta", 10_000),
            RotaryScaling = rotary is { } scaling ? Scaling(scaling) : null,
            NormEpsilon = Real(root, "rms_norm_eps", 1e-6),
            Context =
                Number(root, "max_position_embeddings", Largest) is var context && context == Largest ? null : context,
        };
        if (shape.Heads % shape.KeyValueHeads != 0)
            throw new LabException($"{shape.Heads} heads cannot share {shape.KeyValueHeads} key-value heads");
        if (shape.Layers > 4096)
            throw new LabException($"num_hidden_layers is {shape.Layers}");
        if (((long)shape.Heads + 2L * shape.KeyValueHeads) * shape.HeadWidth > Largest)
            throw new LabException($"{shape.Heads} heads of {shape.HeadWidth} channels are more than any model has");
        if (!(shape.RotaryBase > 0 && double.IsFinite(shape.RotaryBase)))
            throw new LabException(FormattableString.Invariant($"rope_theta is {shape.RotaryBase}"));
        if (!(shape.NormEpsilon >= 0 && shape.NormEpsilon < 1))
            throw new LabException(FormattableString.Invariant($"rms_norm_eps is {shape.NormEpsilon}"));
        if (shape.HeadWidth < 2 || shape.HeadWidth % 2 != 0)
            throw new LabException($"a head of {shape.HeadWidth} channels cannot be turned in pairs");
        return shape;
    }

    private static string Family(JsonElement root)
    {
        var architecture =
            Given(root, "architectures") is { ValueKind: JsonValueKind.Array } named && named.GetArrayLength() > 0
                ? named[0].GetString()
                : null;
        return architecture switch
        {
            "LlamaForCausalLM" => "llama",
            "Qwen2ForCausalLM" => "qwen2",
            "Qwen3ForCausalLM" => "qwen3",
            null => Given(root, "model_type")?.GetString() is "llama" or "qwen2" or "qwen3"
                ? root.GetProperty("model_type").GetString()!
                : throw new LabException("it names no architecture"),
            _ => throw new LabException(
                $"models of architecture {architecture} are not known here; LlamaForCausalLM, Qwen2ForCausalLM and "
                    + $"Qwen3ForCausalLM are"
            ),
        };
    }

    private static void Refuse(JsonElement root)
    {
        if (Given(root, "hidden_act")?.GetString() is { } activation && activation is not ("silu" or "swish"))
            throw new LabException($"hidden_act {activation} is not known here; it must be silu");
        if (TokenizerJson.Flag(root, "use_sliding_window"))
            throw new LabException("use_sliding_window: a sliding attention window is not known here");
        if (
            Given(root, "layer_types") is { ValueKind: JsonValueKind.Array } types
            && types.EnumerateArray().Any(type => type.GetString() != "full_attention")
        )
            throw new LabException(
                "layer_types: attention other than full_attention, such as a sliding window, is not known here"
            );
        if (Given(root, "quantization_config") is not null)
            throw new LabException("quantization_config: quantised weights are not known here");
        if (Real(root, "partial_rotary_factor", 1) != 1)
            throw new LabException("partial_rotary_factor: a partly turned head is not known here");
    }

    private static RotaryScaling? Scaling(JsonElement scaling)
    {
        var type = (Given(scaling, "rope_type") ?? Given(scaling, "type"))?.GetString();
        return type switch
        {
            null or "default" => null,
            "linear" => new RotaryScaling(Positive(scaling, "factor")),
            "llama3" => new RotaryScaling(Positive(scaling, "factor"))
            {
                LowFrequencyFactor = Positive(scaling, "low_freq_factor"),
                HighFrequencyFactor = Positive(scaling, "high_freq_factor"),
                OriginalContext = Number(scaling, "original_max_position_embeddings"),
            }
                is var llama
            && llama.LowFrequencyFactor < llama.HighFrequencyFactor
                ? llama
                : throw new LabException("rope_scaling: low_freq_factor must be below high_freq_factor"),
            _ => throw new LabException($"rope_scaling of type {type} is not known here; linear and llama3 are"),
        };
    }

    private static JsonObject? Scaling(RotaryScaling? scaling) =>
        scaling is null ? null
        : scaling.OriginalContext == 0 ? new JsonObject { ["rope_type"] = "linear", ["factor"] = scaling.Factor }
        : new JsonObject
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalContext,
        };

    // A key whose value is null is a key that is not there.
    private static JsonElement? Given(JsonElement section, string name) =>
        section.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static int Number(JsonElement section, string name, int? otherwise = null)
    {
        if (Given(section, name) is not { } value)
            return otherwise ?? throw new LabException($"{name} is missing");
        return
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number is > 0 and <= Largest
            ? number
            : throw new LabException($"{name} is {value.GetRawText()}");
    }

    private static double Real(JsonElement section, string name, double otherwise) =>
        Given(section, name)?.GetDouble() ?? otherwise;

    private static double Positive(JsonElement section, string name) =>
        Given(section, name) is { } value && value.GetDouble() is > 0 and < 1e9 and var number
            ? number
            : throw new LabException($"rope_scaling: {name} is missing or not positive");
}
