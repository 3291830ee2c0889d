using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bench.Protocol.Plans;

/// <summary>The hash of everything that went into a unit of work, 16 bytes in hexadecimal: equal inputs, equal fingerprint.</summary>
public sealed record Fingerprint(string Text)
{
    /// <summary>Raised when the same inputs would give another result, so that nothing stale is found in the store.</summary>
    public const int Algorithm = 2;

    private static readonly JsonSerializerOptions Canonical = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Short enough for a table, long enough to be unique in an experiment.</summary>
    public string Short => Text[..12];

    /// <summary>The fingerprint of named inputs. They must serialise to JSON with all that matters and nothing that
    /// does not: what a record computes from its other properties is marked JsonIgnore.</summary>
    public static Fingerprint Of(string kind, params (string Name, object? Value)[] inputs)
    {
        var content = new SortedDictionary<string, object?>(inputs.ToDictionary(input => input.Name, input => input.Value), StringComparer.Ordinal)
        {
            ["kind"] = kind,
            ["algorithm"] = Algorithm,
        };
        return new Fingerprint(Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content, Canonical)))[..32]);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
