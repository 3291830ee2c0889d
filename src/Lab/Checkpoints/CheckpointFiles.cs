using System.Security.Cryptography;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;

namespace Bench.Lab.Checkpoints;

/// <summary>
/// Finds a teacher's checkpoint: in one of the given folders, or by downloading it. A checksum is checked wherever the
/// file came from.
/// </summary>
/// <param name="folders">Where to look, in this order.</param>
/// <param name="downloads">Where downloads are kept.</param>
/// <param name="http">For downloads.</param>
public sealed class CheckpointFiles(IReadOnlyList<string> folders, string downloads, HttpClient http) : ICheckpointFiles
{
    private readonly Dictionary<string, string> hashes = new(StringComparer.Ordinal);
    private readonly List<FileReference> missing = [];

    /// <summary>SHA-256 of every file that was asked for, by the name that the experiment gives it.</summary>
    public IReadOnlyDictionary<string, string> Hashes => hashes;

    /// <summary>Checkpoints that are not here, and of which a plan knows no more than their configuration.</summary>
    public IReadOnlyList<FileReference> Missing => missing;

    public (ModelShape Shape, string Hash) Describe(TeacherSpec teacher)
    {
        var files = FilesOf(teacher);
        return Spoken(
            files,
            () =>
            {
                if (Planned(files) is { } planned)
                    return planned;
                CheckModelFolder(files, weights: teacher.Kind == TeacherKind.Checkpoint);
                var path = Locate(files);
                var tokenizer = files.Tokenizer is { } own ? Locate(own) : null;
                var shape = ShapeOf(teacher, path);
                if (File.Exists(path) && teacher.Kind == TeacherKind.Checkpoint && tokenizer is null)
                    throw new SpecException(
                        files.Location,
                        "a llama2.c checkpoint needs its tokenizer",
                        "add tokenizer: { path: … }"
                    );
                // A graph that is named by its file has its configuration, its tokenizer and perhaps its weights beside
                // it.
                if (teacher.Kind == TeacherKind.Onnx && File.Exists(path))
                    return (shape, HashOfFolder(OnnxFolder.FolderOf(path)));
                FileReference[] all = files.Tokenizer is null ? [files] : [files, files.Tokenizer];
                return (
                    shape,
                    string.Join(
                        ' ',
                        all.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => hashes[file.Path])
                    )
                );
            }
        );
    }

    public (ModelShape Shape, string Hash) Describe(FileReference weights) =>
        Spoken(
            weights,
            () =>
            {
                if (Planned(weights) is { } planned)
                    return planned;
                CheckModelFolder(weights, weights: true);
                var path = Locate(weights);
                return (ModelFolder.Shape(path), hashes[weights.Path]);
            }
        );

    // Before all of a folder is read for its hash: is it a model's?
    private void CheckModelFolder(FileReference files, bool weights)
    {
        if (Here(files.Path) is not { } path || !Directory.Exists(path))
            return;
        LfsPointer.Refuse(path);
        if (!File.Exists(Path.Combine(path, ModelFolder.ConfigurationName)))
            throw new LabException($"{path}: no {ModelFolder.ConfigurationName}; is this a model's folder?");
        if (weights && !ModelFolder.HasWeights(path))
            throw new LabException($"{path}: no weights in it (a graph is named by onnx:)");
    }

    // Where the checkpoint is not here and its configuration is, a plan can be made and nothing can run.
    private (ModelShape Shape, string Hash)? Planned(FileReference files)
    {
        if (files.Config is not { } config || files.Url is not null || Here(files.Path) is not null)
            return null;
        var path =
            Here(config)
            ?? throw new SpecException(
                files.Location,
                $"there is no '{config}' in {string.Join(", ", folders)}",
                "correct config:"
            );
        missing.Add(files);
        return (ModelFolder.ShapeOfConfiguration(path), "planned from " + Sha256(path));
    }

    private string? Here(string path) =>
        folders.Select(folder => Path.GetFullPath(Path.Combine(folder, path))).FirstOrDefault(Path.Exists);

    public ModelShape ShapeOf(FileReference configuration) =>
        Spoken(configuration, () => ModelFolder.ShapeOfConfiguration(Locate(configuration)));

    public (int Size, string Hash) DescribeTokenizer(FileReference tokenizer) =>
        Spoken(tokenizer, () => (HuggingFaceTokenizer.Load(Locate(tokenizer)).Size, hashes[tokenizer.Path]));

    private static T Spoken<T>(FileReference file, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error)
            when (error is LabException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SpecException(file.Location, error.Message.ReplaceLineEndings(" "), "");
        }
    }

    private static ModelShape ShapeOf(TeacherSpec teacher, string path) =>
        teacher.Kind == TeacherKind.Onnx ? OnnxFolder.Shape(path)
        : Directory.Exists(path) ? ModelFolder.Shape(path)
        : Llama2cFile.Shape(path);

    private static FileReference FilesOf(TeacherSpec teacher) =>
        teacher.Checkpoint
        ?? teacher.Onnx
        ?? throw new ArgumentException($"teacher {teacher.Name} has no files", nameof(teacher));

    public string HashOf(FileReference file) =>
        Spoken(
            file,
            () =>
            {
                if (Here(file.Path) is { } path && Directory.Exists(path))
                    throw new LabException($"{path} is a folder, and a file is needed");
                Locate(file);
                return hashes[file.Path];
            }
        );

    /// <summary>Loads a teacher that is a checkpoint or a graph.</summary>
    /// <exception cref="LabException">It cannot be used.</exception>
    public (ILanguageModel Model, ITokenizer Tokenizer) Load(TeacherSpec teacher, Compute compute)
    {
        var path = Locate(FilesOf(teacher));
        ILanguageModel model =
            teacher.Kind == TeacherKind.Onnx ? OnnxFolder.Load(path)
            : Directory.Exists(path) ? ModelFolder.LoadModel(path, compute)
            : Llama2cFile.Load(path, compute);
        try
        {
            return (model, LoadTokenizer(teacher));
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Loads the tokenizer of such a teacher.</summary>
    /// <exception cref="LabException">There is none, or it cannot be used.</exception>
    public ITokenizer LoadTokenizer(TeacherSpec teacher)
    {
        var files = FilesOf(teacher);
        var path = Locate(files);
        var shape = ShapeOf(teacher, path);
        if (files.Tokenizer is { } own)
            return LoadTokenizer(own, shape.Vocabulary);
        return (
                teacher.Kind == TeacherKind.Onnx
                    ? OnnxFolder.FindTokenizer(path)
                    : ModelFolder.FindTokenizer(path, shape)
            ) ?? throw new LabException($"{path}: no tokenizer in it ({HuggingFaceTokenizer.FileName})");
    }

    /// <summary>Loads a tokenizer's file or folder.</summary>
    /// <param name="file">A tokenizer.json, a folder with one, or a llama2.c tokenizer.</param>
    /// <param name="size">The number of a llama2.c model's tokens.</param>
    /// <exception cref="LabException">It cannot be used.</exception>
    public ITokenizer LoadTokenizer(FileReference file, int size)
    {
        var path = Locate(file);
        return path.EndsWith(".json", StringComparison.Ordinal) || Directory.Exists(path)
            ? HuggingFaceTokenizer.Load(path)
            : Llama2cTokenizer.Load(path, size);
    }

    /// <summary>Where a file is, downloaded if need be.</summary>
    internal string Locate(FileReference file)
    {
        var local = Here(file.Path);
        var found = local ?? Download(file);
        hashes[file.Path] = Directory.Exists(found) ? HashOfFolder(found) : Sha256(found);
        if (file.Sha256 is not null && !(file.LocalMayDiffer && local is not null) && hashes[file.Path] != file.Sha256)
            throw new SpecException(
                file.Location,
                $"{found} has the checksum {hashes[file.Path]}",
                $"expected {file.Sha256}: the file is another one, or damaged"
            );
        return found;
    }

    private string Download(FileReference file)
    {
        if (file.Url is null)
            throw new SpecException(
                file.Location,
                $"there is no '{file.Path}' in {string.Join(", ", folders)}",
                "correct the path, set BENCH_DATA, or give url: and sha256:"
            );
        var target = Path.Combine(downloads, file.Sha256!);
        if (File.Exists(target))
            return target;
        Directory.CreateDirectory(downloads);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var response = http.Send(
                new HttpRequestMessage(HttpMethod.Get, file.Url),
                HttpCompletionOption.ResponseHeadersRead
            );
            response.EnsureSuccessStatusCode();
            using (var source = response.Content.ReadAsStream())
            using (var stream = File.Create(temporary))
                source.CopyTo(stream);
            if (Sha256(temporary) is var hash && hash != file.Sha256)
                throw new SpecException(
                    file.Location,
                    $"the file from {file.Url} has the checksum {hash}",
                    $"expected {file.Sha256}"
                );
            File.Move(temporary, target, overwrite: true);
            return target;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            throw new SpecException(
                file.Location,
                $"cannot fetch {file.Url} ({error.Message.ReplaceLineEndings(" ")})",
                $"put the file under BENCH_DATA as {file.Path}"
            );
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Every file of a model's folder counts: weights, configuration and tokenizer, a graph in a folder of its own.
    private static string HashOfFolder(string folder) =>
        Convert.ToHexStringLower(
            SHA256.HashData(
                System.Text.Encoding.UTF8.GetBytes(
                    string.Join(
                        '\n',
                        Directory
                            .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                            .Order(StringComparer.Ordinal)
                            .Select(file => $"{Path.GetRelativePath(folder, file)} {Sha256(file)}")
                    )
                )
            )
        );

    private static string Sha256(string path)
    {
        LfsPointer.Refuse(path);
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
