using System.Security.Cryptography;
using System.Text.Json;
using Bench.Lab.Checkpoints;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Lab.Teachers;

/// <summary>Finds a teacher's checkpoint: in one of the given folders, or by downloading it. A checksum is checked wherever the file came from.</summary>
/// <param name="folders">Where to look, in this order.</param>
/// <param name="downloads">Where downloads are kept.</param>
/// <param name="http">For downloads.</param>
public sealed class TeacherFiles(IReadOnlyList<string> folders, string downloads, HttpClient http) : ITeacherFiles
{
    private readonly Dictionary<string, string> hashes = new(StringComparer.Ordinal);

    /// <summary>SHA-256 of every file that was asked for, by the name that the experiment gives it.</summary>
    public IReadOnlyDictionary<string, string> Hashes => hashes;

    public (ModelShape Shape, string Hash) Describe(CheckpointSpec checkpoint)
    {
        try
        {
            var path = Locate(checkpoint);
            var tokenizer = checkpoint.Tokenizer is { } own ? Locate(own) : null;
            var shape = Directory.Exists(path) ? ModelFolder.Shape(path) : Llama2cFile.Shape(path);
            if (File.Exists(path) && tokenizer is null)
                throw new SpecException(checkpoint.Place, "a llama2.c checkpoint needs its tokenizer", "add tokenizer: { path: … }");
            return (shape, string.Join(' ', hashes.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value)));
        }
        catch (Exception error) when (error is LabException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SpecException(checkpoint.Place, error.Message.ReplaceLineEndings(" "), "");
        }
    }

    public string HashOf(CheckpointSpec file)
    {
        try
        {
            Locate(file);
            return hashes[file.Path];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SpecException(file.Place, error.Message.ReplaceLineEndings(" "), "");
        }
    }

    /// <summary>The recorded responses of a file of JSON Lines, prompt and response of each line.</summary>
    /// <exception cref="LabException">A line is not {"prompt": …, "response": …}.</exception>
    public IReadOnlyList<(string Prompt, string Response)> Traces(CheckpointSpec file)
    {
        var path = Locate(file);
        var traces = new List<(string, string)>();
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length == 0) continue;
            try
            {
                using var entry = JsonDocument.Parse(line);
                traces.Add((entry.RootElement.GetProperty("prompt").GetString()!, entry.RootElement.GetProperty("response").GetString()!));
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new LabException($"{path}:{traces.Count + 1}: not a line of {{\"prompt\": …, \"response\": …}}");
            }
        }

        return traces.Count > 0 ? traces : throw new LabException($"{path}: no responses in it");
    }

    /// <summary>Loads the checkpoint.</summary>
    public (Decoder Model, ITokenizer Tokenizer) Load(CheckpointSpec checkpoint, Compute compute)
    {
        var path = Locate(checkpoint);
        if (Directory.Exists(path)) return ModelFolder.Load(path, compute);
        var model = Llama2cFile.Load(path, compute);
        return (model, Llama2cTokenizer.Load(Locate(checkpoint.Tokenizer!), model.Shape.Vocabulary));
    }

    /// <summary>Where a file is, downloaded if need be.</summary>
    internal string Locate(CheckpointSpec file)
    {
        var local = folders.Select(folder => Path.GetFullPath(Path.Combine(folder, file.Path))).FirstOrDefault(Path.Exists);
        var found = local ?? Download(file);
        hashes[file.Path] = Directory.Exists(found) ? HashOfFolder(found) : Sha256(found);
        if (file.Sha256 is not null && !(file.LocalMayDiffer && local is not null) && hashes[file.Path] != file.Sha256)
            throw new SpecException(file.Place, $"{found} has the checksum {hashes[file.Path]}", $"expected {file.Sha256}: the file is another one, or damaged");
        return found;
    }

    private string Download(CheckpointSpec file)
    {
        if (file.Url is null)
            throw new SpecException(file.Place, $"there is no '{file.Path}' in {string.Join(", ", folders)}", "correct the path, set BENCH_DATA, or give url: and sha256:");
        var target = Path.Combine(downloads, file.Sha256!);
        if (File.Exists(target)) return target;
        Directory.CreateDirectory(downloads);
        var temporary = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using var response = http.Send(new HttpRequestMessage(HttpMethod.Get, file.Url), HttpCompletionOption.ResponseHeadersRead);
            response.EnsureSuccessStatusCode();
            using (var source = response.Content.ReadAsStream())
            using (var stream = File.Create(temporary)) source.CopyTo(stream);
            if (Sha256(temporary) is var hash && hash != file.Sha256)
                throw new SpecException(file.Place, $"what {file.Url} sent has the checksum {hash}", $"expected {file.Sha256}");
            File.Move(temporary, target, overwrite: true);
            return target;
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TaskCanceledException)
        {
            throw new SpecException(file.Place, $"cannot fetch {file.Url} ({error.Message.ReplaceLineEndings(" ")})", $"put the file under BENCH_DATA as {file.Path}");
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // Every file of a model's folder counts: weights, configuration and tokenizer.
    private static string HashOfFolder(string folder) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Directory
        .EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(file => $"{Path.GetFileName(file)} {Sha256(file)}")))));

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
