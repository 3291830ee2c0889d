using System.Globalization;
using System.Text;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// The sum of two numbers; the reasoning adds column by column from the right: digit + digit + carry = column sum.
/// </summary>
[Named("addition", "the sum of two numbers")]
public sealed record Addition : ProceduralTask
{
    [Key("digits", "digits of each number", Low = 1, High = 9)]
    public int Digits { get; init; } = 3;

    public override string Alphabet => "0123456789+=,";

    public override Problem Draw(RandomStream random)
    {
        var limit = (int)Math.Pow(10, Digits);
        var (a, b) = (random.Next(limit), random.Next(limit));
        return Solved(a, b, Digits);
    }

    /// <summary>The problem of adding two numbers of as many digits at most.</summary>
    internal static Problem Solved(int a, int b, int digits)
    {
        string Padded(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        return new Problem(
            $"{Padded(a)}+{Padded(b)}=",
            Columns(a, b, digits),
            (a + b).ToString(CultureInfo.InvariantCulture)
        );
    }

    private static string Columns(int a, int b, int digits)
    {
        var steps = new StringBuilder();
        var carry = 0;
        for (var column = 0; column < digits; column++, a /= 10, b /= 10)
        {
            var sum = a % 10 + b % 10 + carry;
            if (column > 0)
                steps.Append(',');
            steps.Append(CultureInfo.InvariantCulture, $"{a % 10}+{b % 10}+{carry}={sum}");
            carry = sum / 10;
        }

        return steps.ToString();
    }
}
