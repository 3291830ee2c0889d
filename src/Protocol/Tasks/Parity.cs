using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Whether a bit string has an odd number of ones; the reasoning is the running parity after each bit.
/// </summary>
[Named("parity", "whether a bit string has an odd number of ones")]
public sealed record Parity : ProceduralTask
{
    [Key("bits", "length of the bit string", Low = 2, High = 64)]
    public int Bits { get; init; } = 12;

    public override string Alphabet => "01parityevnod=";

    /// <summary>Odd or even.</summary>
    public double? Chance => 0.5;

    public override Problem Draw(RandomStream random)
    {
        var (text, running, parity) = (new char[Bits], new char[Bits], 0);
        for (var i = 0; i < Bits; i++)
        {
            var bit = random.Next(2);
            parity ^= bit;
            text[i] = (char)('0' + bit);
            running[i] = (char)('0' + parity);
        }

        return new Problem($"parity{new string(text)}=", new string(running), parity == 1 ? "odd" : "even");
    }
}
