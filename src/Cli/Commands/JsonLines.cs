using System.Text.Encodings.Web;
using System.Text.Json;
using Bench.Protocol.Reading;

namespace Bench.Cli.Commands;

/// <summary>Files of JSON Lines, one object a line.</summary>
internal static class JsonLines
{
    /// <summary>JSON on one line, non-ASCII letters as they are.</summary>
    internal static JsonSerializerOptions Compact { get; } =
        new()
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        };

    /// <summary>The objects of a file, each with where it stands.</summary>
    /// <exception cref="SpecException">The file is not there, or a line is no object.</exception>
    internal static IEnumerable<(string Place, JsonElement Entry)> Read(string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"there is no file '{path}'", "correct --in");
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
                continue;
            JsonElement entry;
            try
            {
                using var document = JsonDocument.Parse(line);
                entry = document.RootElement.Clone();
            }
            catch (JsonException error)
            {
                throw new UsageException(
                    $"{path}:{number}: not JSON ({error.Message.ReplaceLineEndings(" ")})",
                    "one object a line"
                );
            }

            if (entry.ValueKind != JsonValueKind.Object)
                throw new UsageException($"{path}:{number}: not an object", "one object a line");
            yield return ($"{path}:{number}", entry);
        }
    }

    /// <summary>A text of an object.</summary>
    /// <exception cref="SpecException">It is missing, or no text.</exception>
    internal static string Text(this (string Place, JsonElement Entry) line, string name)
    {
        try
        {
            if (line.Entry.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String)
                return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new UsageException(
                $"{line.Place}: '{name}' holds half a character",
                "an escape \\uD800 to \\uDFFF stands for a character only beside its other half"
            );
        }

        throw new UsageException($"{line.Place}: '{name}' is missing or no text", "");
    }

    /// <summary>Writes objects to a file, whole or not at all, or to standard output where no file is named.</summary>
    internal static void Write(string? path, IEnumerable<object> entries)
    {
        if (path is null)
        {
            foreach (var entry in entries)
                Console.WriteLine(JsonSerializer.Serialize(entry, Compact));
            return;
        }

        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var writer = new StreamWriter(temporary) { NewLine = "\n" })
            {
                foreach (var entry in entries)
                    writer.WriteLine(JsonSerializer.Serialize(entry, Compact));
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException(
                $"{path}: cannot be written ({error.Message.ReplaceLineEndings(" ")})",
                "choose another --out"
            );
        }
        finally
        {
            if (File.Exists(temporary))
                File.Delete(temporary);
        }
    }
}
