using System.Text.Json;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// The weights of a model's folder: model.safetensors, or several files with an index that says which tensor is in
/// which.
/// </summary>
internal sealed class FolderWeights : IDisposable
{
    internal const string SingleName = "model.safetensors";
    internal const string IndexName = "model.safetensors.index.json";

    private readonly string folder;
    private readonly Dictionary<string, SafeTensors> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> fileOf = new(StringComparer.Ordinal);

    /// <exception cref="LabException">There are none, or they are damaged.</exception>
    internal FolderWeights(string folder)
    {
        this.folder = folder;
        if (File.Exists(Path.Combine(folder, SingleName)))
        {
            foreach (var name in Open(SingleName).Names)
                fileOf[name] = SingleName;
            return;
        }

        var index = Path.Combine(folder, IndexName);
        if (!File.Exists(index))
            throw new LabException($"{folder}: no weights, neither {SingleName} nor {IndexName}");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(index));
            foreach (var entry in document.RootElement.GetProperty("weight_map").EnumerateObject())
            {
                var file = entry.Value.GetString()!;
                // A file of this folder, and no other.
                if (file.Length == 0 || file != Path.GetFileName(file))
                    throw new LabException($"{index}: '{file}' is no name of a file in this folder");
                if (!fileOf.TryAdd(entry.Name, file))
                    throw new LabException($"{index}: the tensor {entry.Name} stands twice in it");
            }
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new LabException($"{index}: not an index of tensors ({error.Message.ReplaceLineEndings(" ")})");
        }
    }

    /// <summary>Of all files together.</summary>
    internal long Bytes =>
        fileOf
            .Values.Distinct()
            .Select(file => Path.Combine(folder, file))
            .Where(File.Exists)
            .Sum(path => new FileInfo(path).Length);

    internal bool Has(string name) => fileOf.ContainsKey(name);

    /// <summary>Reads a tensor into another of its shape.</summary>
    /// <exception cref="LabException">It is missing, or has another shape.</exception>
    internal void Fill(string name, Tensor destination)
    {
        if (!fileOf.TryGetValue(name, out var file))
            throw new LabException($"{folder}: the weights lack the tensor {name}");
        var weights = Open(file);
        if (!weights.Has(name))
            throw new LabException(
                $"{Path.Combine(folder, file)}: lacks the tensor {name}, which {IndexName} says is in it"
            );
        if (!weights.ShapeOf(name).SequenceEqual(destination.shape))
            throw new LabException(
                $"{folder}: the tensor {name} is [{string.Join(", ", weights.ShapeOf(name))}], and config.json asks "
                    + $"for [{string.Join(", ", destination.shape)}]"
            );
        weights.Fill(name, destination);
    }

    public void Dispose()
    {
        foreach (var file in files.Values)
            file.Dispose();
    }

    private SafeTensors Open(string file) =>
        files.TryGetValue(file, out var open) ? open : files[file] = SafeTensors.Open(Path.Combine(folder, file));
}
