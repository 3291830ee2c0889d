using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// A model as a folder in Hugging Face's layout: config.json, model.safetensors or several with an index, and the
/// tokenizer's files.
/// </summary>
public static class ModelFolder
{
    /// <summary>The name of a model's folder inside a unit's entry in the store.</summary>
    public const string NameInStore = "model";

    /// <summary>The file that says what a folder's model is.</summary>
    public const string ConfigurationName = ModelConfig.FileName;

    /// <summary>Writes a model, in its own precision, and its tokenizer.</summary>
    public static void Save(string folder, Decoder model, ITokenizer tokenizer)
    {
        Directory.CreateDirectory(folder);
        ModelConfig.Write(
            folder,
            model.Shape,
            tokenizer,
            model.Compute.Type == ScalarType.BFloat16 ? "bfloat16" : "float32"
        );
        using var scope = NewDisposeScope();
        SafeTensors.Write(
            Path.Combine(folder, FolderWeights.SingleName),
            model.Parameters.SelectMany(parameter => Separate(model.Shape, parameter.Name, parameter.Tensor.detach()))
        );
        tokenizer.Save(folder);
    }

    /// <summary>Reads a model and its tokenizer.</summary>
    /// <exception cref="LabException">A file is missing or wrong.</exception>
    public static (Decoder Model, ITokenizer Tokenizer) Load(string folder, Compute compute)
    {
        var shape = Shape(folder);
        // The tokenizer first: it is small, and may be what is wrong.
        var tokenizer =
            FindTokenizer(folder, shape)
            ?? throw new LabException($"{folder}: no tokenizer in it ({HuggingFaceTokenizer.FileName})");
        return (LoadModel(folder, compute), tokenizer);
    }

    /// <summary>Reads a model alone.</summary>
    /// <exception cref="LabException">A file is missing or wrong.</exception>
    public static Decoder LoadModel(string folder, Compute compute)
    {
        using var scope = NewDisposeScope();
        var shape = Shape(folder);
        using var weights = new FolderWeights(folder);
        // Before memory is taken for what cannot be: a parameter has two bytes at least. A single tensor that is
        // missing is said by its name, when its turn comes.
        if (shape.Parameters > 2 * weights.Bytes)
            throw new LabException(
                $"{folder}: {ModelConfig.FileName} asks for {shape.Parameters} parameters, and the weights hold "
                    + $"{weights.Bytes} bytes"
            );
        return Decoder.FromWeights(
            shape,
            compute,
            (name, tensor) =>
            {
                foreach (var (part, destination) in Separate(shape, name, tensor))
                    weights.Fill(part, destination);
            }
        );
    }

    /// <summary>Whether a folder holds weights.</summary>
    public static bool HasWeights(string folder) =>
        File.Exists(Path.Combine(folder, FolderWeights.SingleName))
        || File.Exists(Path.Combine(folder, FolderWeights.IndexName));

    /// <summary>The shape that a folder's config.json states.</summary>
    /// <exception cref="LabException">It is missing, broken, or of a model that is not known here.</exception>
    public static ModelShape Shape(string folder)
    {
        LfsPointer.Refuse(folder);
        return ShapeOfConfiguration(Path.Combine(folder, ModelConfig.FileName));
    }

    /// <summary>The shape that a config.json states.</summary>
    /// <exception cref="LabException">It is missing, broken, or of a model that is not known here.</exception>
    public static ModelShape ShapeOfConfiguration(string path) => ModelConfig.Read(path);

    /// <summary>The tokenizer of a folder; null where there is none in it.</summary>
    /// <exception cref="LabException">It cannot be used.</exception>
    public static ITokenizer? FindTokenizer(string folder, ModelShape shape)
    {
        bool Has(string name) => File.Exists(Path.Combine(folder, name));
        return Has(ByteTokenizer.FileName) ? new ByteTokenizer()
            : Has(CharacterTokenizer.FileName) ? CharacterTokenizer.Load(folder)
            : Has(Llama2cTokenizer.FileName)
                ? Llama2cTokenizer.Load(Path.Combine(folder, Llama2cTokenizer.FileName), shape.Vocabulary)
            : Has(HuggingFaceTokenizer.FileName) ? HuggingFaceTokenizer.Load(folder)
            : null;
    }

    // Hugging Face keeps query, key and value apart, and gate and up.
    private static IEnumerable<(string Name, Tensor Tensor)> Separate(ModelShape shape, string name, Tensor tensor)
    {
        if (Parts(name) is not { } parts)
        {
            yield return (name, tensor);
            yield break;
        }

        long[] rows =
            parts.Length == 2
                ? [shape.FeedForward, shape.FeedForward]
                :
                [
                    shape.Heads * shape.HeadWidth,
                    shape.KeyValueHeads * shape.HeadWidth,
                    shape.KeyValueHeads * shape.HeadWidth,
                ];
        long start = 0;
        for (var i = 0; i < parts.Length; start += rows[i++])
            yield return (parts[i], tensor.narrow(0, start, rows[i]));
    }

    private static string[]? Parts(string name)
    {
        string[] Named(string joined, params string[] parts) =>
            [.. parts.Select(part => name.Replace(joined, part, StringComparison.Ordinal))];
        if (name.Contains("qkv_proj", StringComparison.Ordinal))
            return Named("qkv_proj", "q_proj", "k_proj", "v_proj");
        return name.Contains("gate_up_proj", StringComparison.Ordinal)
            ? Named("gate_up_proj", "gate_proj", "up_proj")
            : null;
    }
}
