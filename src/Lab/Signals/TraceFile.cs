using System.Text.Encodings.Web;
using System.Text.Json;
using Bench.Lab.Tensors;

namespace Bench.Lab.Signals;

/// <summary>
/// A teacher's recorded text, as JSON Lines of {"prompt": …, "response": …}: the shape of public sets of reasoning
/// traces.
/// </summary>
internal static class TraceFile
{
    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    internal static void Write(string path, IEnumerable<(string Prompt, string Response)> traces)
    {
        using var writer = new StreamWriter(path) { NewLine = "\n" };
        foreach (var (prompt, response) in traces)
            writer.WriteLine(JsonSerializer.Serialize(new { prompt, response }, Plain));
    }

    /// <summary>The responses of a file.</summary>
    /// <exception cref="LabException">A line is not {"prompt": …, "response": …}, or there is none.</exception>
    internal static IReadOnlyList<(string Prompt, string Response)> Read(string path)
    {
        var (traces, number) = (new List<(string, string)>(), 0);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0)
                continue;
            try
            {
                using var entry = JsonDocument.Parse(line);
                traces.Add(
                    (
                        entry.RootElement.GetProperty("prompt").GetString() ?? throw new KeyNotFoundException(),
                        entry.RootElement.GetProperty("response").GetString() ?? throw new KeyNotFoundException()
                    )
                );
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
            {
                throw new LabException($"{path}:{number}: not a line of {{\"prompt\": …, \"response\": …}}");
            }
        }

        return traces.Count > 0 ? traces : throw new LabException($"{path}: no responses in it");
    }
}
