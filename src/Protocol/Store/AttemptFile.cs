using System.Text.Json;
using System.Text.Json.Serialization;
using Bench.Protocol.Outcomes;

namespace Bench.Protocol.Store;

/// <summary>
/// Charges of an unfinished try at a unit. The file is replaced while the try goes on, and stays when it is killed.
/// Whoever has the entry's lock writes; the files go when the unit has published, and its outcome then says what they
/// said.
/// </summary>
public static class AttemptFile
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The attempts at an entry that have not led to it, the first one first.</summary>
    public static IReadOnlyList<Attempt> Of(ContentStore store, string key) =>
        [.. store.AttemptsOf(key).Select(Read).OfType<Attempt>()];

    /// <summary>The file of the next attempt.</summary>
    public static string Next(ContentStore store, string key) => store.NewAttempt(key);

    /// <summary>Replaces what a file says.</summary>
    public static void Write(string path, Attempt attempt)
    {
        var temporary = path + ".tmp";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(attempt, Options));
        File.Move(temporary, path, overwrite: true);
    }

    // One that was cut off by a full disk says nothing.
    private static Attempt? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Attempt>(File.ReadAllBytes(path), Options);
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            return null;
        }
    }
}
