using System.Security.Cryptography;
using System.Text.Json;
using Bench.Protocol.Reading;

namespace Bench.Protocol.Plans;

/// <summary>
/// The hash of everything that went into a unit of work, 16 bytes in hexadecimal: equal inputs, equal fingerprint.
/// Inputs are hashed under the names that the experiment file uses; no name of a C# member takes part.
/// </summary>
public sealed record Fingerprint(string Text)
{
    /// <summary>
    /// Raised when the same inputs would give another result, so that nothing stale is found in the store.
    /// </summary>
    public const int Algorithm = 3;

    /// <summary>Short enough for a table, long enough to be unique in an experiment.</summary>
    public string Short => Text[..12];

    /// <summary>The fingerprint of a kind of unit with its inputs.</summary>
    public static Fingerprint Of(string kind, Inputs inputs)
    {
        var sorted = inputs
            .Select(input => new[] { input.Key, input.Value })
            .OrderBy(input => input[0], StringComparer.Ordinal)
            .ToArray();
        for (var i = 1; i < sorted.Length; i++)
            if (sorted[i][0] == sorted[i - 1][0])
                throw new ArgumentException($"the input '{sorted[i][0]}' stands twice", nameof(inputs));
        // JSON keeps apart where a value ends and the next name begins.
        var content = JsonSerializer.SerializeToUtf8Bytes(new object[] { Algorithm, kind, sorted });
        return new Fingerprint(Convert.ToHexStringLower(SHA256.HashData(content))[..32]);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;
}
