using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bench.Protocol.Seeds;

/// <summary>
/// A seed from which independent streams are derived by name, so that adding one draw never moves another.
/// </summary>
public readonly record struct Seed(long Value)
{
    /// <summary>The stream for one purpose, e.g. "initialisation" or "shuffle".</summary>
    public RandomStream Stream(string purpose) => new(Bits(purpose));

    /// <summary>The state in which that stream begins.</summary>
    public ulong Bits(string purpose) =>
        BinaryPrimitives.ReadUInt64LittleEndian(
            SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Value}/{purpose}")))
        );
}
