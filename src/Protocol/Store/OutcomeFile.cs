using System.Text.Json;
using System.Text.Json.Serialization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Outcomes;

namespace Bench.Protocol.Store;

/// <summary>The outcome in a unit's store entry.</summary>
public static class OutcomeFile
{
    private const string Name = "outcome.json";

    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Writes the outcome into an entry's folder.</summary>
    public static void Write(string folder, Outcome outcome) =>
        File.WriteAllBytes(Path.Combine(folder, Name), JsonSerializer.SerializeToUtf8Bytes(outcome, Options));

    /// <summary>The outcome of a unit, or null where the store has none.</summary>
    /// <exception cref="LedgerException">The entry is damaged.</exception>
    public static Outcome? Find(ContentStore store, string key)
    {
        if (store.Find(key) is not { } folder)
            return null;
        try
        {
            return JsonSerializer.Deserialize<Outcome>(File.ReadAllBytes(Path.Combine(folder, Name)), Options)
                ?? throw new JsonException("it is empty");
        }
        catch (Exception error) when (error is JsonException or IOException)
        {
            throw new LedgerException(
                $"{folder}: this store entry is damaged ({error.Message.ReplaceLineEndings(" ")}); delete the folder "
                    + $"and run again"
            );
        }
    }
}
