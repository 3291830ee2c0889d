using System.Globalization;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// The product of two numbers; the reasoning forms a partial product for each digit of the second and adds them up as
/// it goes.
/// </summary>
[Named("multiplication", "the product of two numbers")]
public sealed record Multiplication : ProceduralTask
{
    [Key("digits", "digits of each number", Low = 1, High = 4)]
    public int Digits { get; init; } = 2;

    public override string Alphabet => "0123456789*=+,";

    public override Problem Draw(RandomStream random)
    {
        var limit = (int)Math.Pow(10, Digits);
        var (a, b) = (random.Next(limit), random.Next(limit));
        var steps = new List<string>();
        long total = 0,
            place = 1;
        for (var rest = b; place < limit; rest /= 10, place *= 10)
        {
            var partial = a * (rest % 10) * place;
            steps.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{a}*{rest % 10 * place}={partial},{total}+{partial}={total + partial}"
                )
            );
            total += partial;
        }

        return new Problem(
            string.Create(CultureInfo.InvariantCulture, $"{a}*{b}="),
            string.Join(',', steps),
            total.ToString(CultureInfo.InvariantCulture)
        );
    }
}
