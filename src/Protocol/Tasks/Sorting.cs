using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Sorting digits; the reasoning takes the smallest remaining digit again and again (selection sort).
/// </summary>
[Named("sorting", "sorting digits")]
public sealed record Sorting : ProceduralTask
{
    [Key("length", "digits to sort", Low = 2, High = 30)]
    public int Length { get; init; } = 6;

    public override string Alphabet => "0123456789sort=>,";

    public override Problem Draw(RandomStream random)
    {
        var digits = Enumerable.Range(0, Length).Select(_ => (char)('0' + random.Next(10))).ToList();
        var prompt = "sort" + new string([.. digits]) + "=";
        var steps = new List<string>();
        var sorted = new string([.. digits.Order()]);
        foreach (var smallest in sorted)
        {
            digits.Remove(smallest);
            steps.Add($"{smallest}>{new string([.. digits])}");
        }

        return new Problem(prompt, string.Join(',', steps), sorted);
    }
}
