using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// A string of letters from its end to its beginning; the reasoning moves one letter at a time from the end of what is
/// left: <c>reverse abc=</c>, <c>c:ab,b:a,a:</c>, <c>cba</c>.
/// </summary>
[Named("reversal", "reversal of a string of letters")]
public sealed record Reversal : ProceduralTask
{
    [Key("length", "letters of the string", Low = 2, High = 40)]
    public int Length { get; init; } = 6;

    /// <inheritdoc/>
    public override string Alphabet => "abcdefghijklmnopqrstuvwxyz =,:";

    /// <inheritdoc/>
    public override Problem Draw(RandomStream random)
    {
        var text = new string([.. Enumerable.Range(0, Length).Select(_ => (char)('a' + random.Next(26)))]);
        var steps = Enumerable.Range(1, Length).Select(taken => $"{text[^taken]}:{text[..^taken]}");
        return new Problem($"reverse {text}=", string.Join(',', steps), new string([.. text.Reverse()]));
    }
}
