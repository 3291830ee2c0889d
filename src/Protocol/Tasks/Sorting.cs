using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>Sorting digits; the reasoning takes the smallest remaining digit again and again (selection sort).</summary>
[TaskKind("sorting")]
public sealed record Sorting : ProceduralTask
{
    private readonly int length;

    public Sorting(TaskOptions options) => length = options.Integer("length", 6, 2, 30);

    /// <inheritdoc/>
    public override Inputs Inputs => new() { { "length", length } };

    public override string Alphabet => "0123456789sort=>,";

    public override Problem Draw(RandomStream random)
    {
        var digits = Enumerable.Range(0, length).Select(_ => (char)('0' + random.Next(10))).ToList();
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
