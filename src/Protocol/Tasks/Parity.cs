using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>Whether a bit string has an odd number of ones; the reasoning is the running parity after each bit.</summary>
[TaskKind("parity")]
public sealed record Parity : ProceduralTask
{
    private readonly int bits;

    public Parity(TaskOptions options) => bits = options.Integer("bits", 12, 2, 64);

    /// <inheritdoc/>
    public override Inputs Inputs => new() { { "bits", bits } };

    public override string Alphabet => "01parityevnod=";

    public override Problem Draw(RandomStream random)
    {
        var (text, running, parity) = (new char[bits], new char[bits], 0);
        for (var i = 0; i < bits; i++)
        {
            var bit = random.Next(2);
            parity ^= bit;
            text[i] = (char)('0' + bit);
            running[i] = (char)('0' + parity);
        }

        return new Problem($"parity{new string(text)}=", new string(running), parity == 1 ? "odd" : "even");
    }
}
