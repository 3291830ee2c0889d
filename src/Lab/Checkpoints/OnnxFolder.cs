using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Shapes;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// A decoder's graph in Hugging Face's layout: model.onnx in a folder, or in its folder onnx, or there in 8 bits alone;
/// config.json and the tokenizer's files in the folder.
/// </summary>
public static class OnnxFolder
{
    private static readonly string[] Graphs = [OnnxExport.FileName, "model.onnx", OnnxExport.Int8FileName];

    /// <summary>Whether a path is a graph or a folder with one.</summary>
    public static bool IsOne(string path) =>
        Directory.Exists(path)
            ? Graphs.Any(name => File.Exists(Path.Combine(path, name)))
            : path.EndsWith(".onnx", StringComparison.Ordinal);

    /// <summary>The shape that config.json states.</summary>
    /// <exception cref="LabException">It is missing, broken, or of a model that is not known here.</exception>
    public static ModelShape Shape(string path) => ModelFolder.Shape(FolderOf(path));

    /// <summary>The tokenizer that belongs to a graph; null where there is none.</summary>
    /// <exception cref="LabException">It cannot be used.</exception>
    public static ITokenizer? FindTokenizer(string path) => ModelFolder.FindTokenizer(FolderOf(path), Shape(path));

    /// <summary>Loads the graph.</summary>
    /// <param name="path">The folder, or the .onnx file.</param>
    /// <exception cref="LabException">It is missing or cannot be used.</exception>
    public static OnnxModel Load(string path) =>
        OnnxModel.Load(
            File.Exists(path)
                ? path
                : Graphs.Select(name => Path.Combine(path, name)).FirstOrDefault(File.Exists)
                    ?? throw new LabException($"{path}: no graph in it, neither {string.Join(" nor ", Graphs)}"),
            Shape(path)
        );

    /// <summary>The model's folder: a graph may lie in a folder of its own below it.</summary>
    public static string FolderOf(string path)
    {
        if (Directory.Exists(path))
            return path;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return File.Exists(Path.Combine(folder, ModelConfig.FileName))
            ? folder
            : Path.GetDirectoryName(folder) ?? folder;
    }
}
