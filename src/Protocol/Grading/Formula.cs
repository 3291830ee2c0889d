using System.Globalization;

namespace Bench.Protocol.Grading;

/// <summary>
/// The value of a formula in LaTeX: numbers, fractions, roots, powers, π, e, factorials and letters. Two formulas with
/// letters are taken for equal when they have equal values at several values of the letters.
/// </summary>
internal sealed class Formula
{
    private const int DeepestNesting = 100;
    private const int ShortestWord = 4;

    private readonly string text;
    private readonly double letters;
    private int at;
    private int depth;

    private Formula(string text, double letters) => (this.text, this.letters) = (text, letters);

    /// <summary>Whether both have a value, and the same.</summary>
    internal static bool SameValue(string a, string b)
    {
        // Numerals are compared as what they are: as binary numbers, large ones that differ would be alike.
        if (
            decimal.TryParse(
                a,
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var one
            )
            && decimal.TryParse(
                b,
                NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var other
            )
        )
            return one == other;
        foreach (var letters in (double[])[1, 2, 3])
        {
            if (
                Value(a, letters) is not { } x
                || Value(b, letters) is not { } y
                || !(Math.Abs(x - y) <= 1e-12 * Math.Max(Math.Abs(x), Math.Abs(y)))
            )
                return false;
        }

        return true;
    }

    /// <summary>The value; null where the text is no formula that is known here.</summary>
    internal static double? Value(string text, double letters)
    {
        var formula = new Formula(text, letters);
        return formula.Sum() is { } value && formula.at == text.Length && double.IsFinite(value) ? value : null;
    }

    private char Now => at < text.Length ? text[at] : '\0';

    private double? Sum()
    {
        if (++depth > DeepestNesting)
            return null;
        var value = Product();
        while (value is not null && Now is '+' or '-')
        {
            var plus = text[at++] == '+';
            value = Product() is { } next ? value + (plus ? next : -next) : null;
        }

        depth--;
        return value;
    }

    private double? Product()
    {
        var value = Signed();
        while (value is not null)
        {
            if (Now == '*' || Now == '/')
            {
                var times = text[at++] == '*';
                value = Signed() is { } next
                    ? times
                        ? value * next
                        : value / next
                    : null;
            }
            // Side by side is a product, but 2 3 is no number, and a mixed number adds its fraction.
            else if (char.IsLetter(Now) || Now is '(' or '{' or '\\')
            {
                var mixed = at > 0 && char.IsAsciiDigit(text[at - 1]) && value % 1 == 0 && IsPlainFraction();
                value = Power() is { } next
                    ? mixed
                        ? value + next
                        : value * next
                    : null;
            }
            else
            {
                break;
            }
        }

        return value;
    }

    // 3\frac{1}{2} is three and a half.
    private bool IsPlainFraction() =>
        System.Text.RegularExpressions.Regex.IsMatch(text[at..], @"^\\frac\{\d+\}\{\d+\}");

    private double? Signed()
    {
        var sign = 1;
        for (; Now is '+' or '-'; at++)
            sign = Now == '-' ? -sign : sign;
        return sign * Power();
    }

    private double? Power()
    {
        var value = Atom();
        while (value is not null && Now is '^' or '!')
        {
            if (text[at++] == '!')
            {
                value =
                    value is >= 0 and <= 170 && value % 1 == 0
                        ? Enumerable.Range(1, (int)value.Value).Aggregate(1.0, (product, factor) => product * factor)
                        : null;
                continue;
            }

            value = (Now == '-' ? Signed() : Atom()) is { } exponent ? Math.Pow(value!.Value, exponent) : null;
        }

        return value;
    }

    private double? Atom()
    {
        if (char.IsAsciiDigit(Now) || Now == '.')
            return Number();
        switch (Now)
        {
            case '(':
                return Enclosed('(', ')');
            case '{':
                return Enclosed('{', '}');
            case '|':
                return Enclosed('|', '|') is { } inside ? Math.Abs(inside) : null;
            case 'π':
                at++;
                return Math.PI;
            case '\\':
                return Command();
        }

        if (!char.IsAsciiLetter(Now) || IsWord())
            return null;
        var letter = text[at++];
        // e is Euler's number; other letters get values of their own without a pattern, at which two different formulas
        // hardly agree.
        return letter == 'e' ? Math.E : 0.3 + 3 * Math.Abs(Math.Sin((letter * 12.9898 + letters * 78.233) * 43.7585));
    }

    // So many letters side by side are a word and no product.
    private bool IsWord()
    {
        var end = at;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        return end - at >= ShortestWord;
    }

    private double? Number()
    {
        var start = at;
        while (char.IsAsciiDigit(Now) || Now == '.')
            at++;
        return double.TryParse(
            text.AsSpan(start, at - start),
            NumberStyles.AllowDecimalPoint,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
    }

    private double? Enclosed(char open, char close)
    {
        if (Now != open)
            return null;
        at++;
        var value = Sum();
        if (Now != close)
            return null;
        at++;
        return value;
    }

    private double? Command()
    {
        if (++depth > DeepestNesting)
            return null;
        var value = Called();
        depth--;
        return value;
    }

    private double? Called()
    {
        at++;
        var start = at;
        while (char.IsAsciiLetter(Now))
            at++;
        switch (text[start..at])
        {
            case "frac":
                return Argument() is { } numerator && Argument() is { } denominator ? numerator / denominator : null;
            case "sqrt":
                double? degree = 2;
                if (Now == '[')
                    degree = Enclosed('[', ']');
                return Argument() is { } radicand && degree is { } root
                    ? root == 2
                        ? Math.Sqrt(radicand)
                        : radicand < 0 && root % 2 == 1
                            ? -Math.Pow(-radicand, 1 / root)
                            : Math.Pow(radicand, 1 / root)
                    : null;
            case "binom":
                return Argument() is { } n && Argument() is { } k ? Binomial(n, k) : null;
            case "log" or "ln":
                return Argument() is { } logarithm ? Math.Log(logarithm) : null;
            case "sin":
                return Argument() is { } sine ? Math.Sin(sine) : null;
            case "cos":
                return Argument() is { } cosine ? Math.Cos(cosine) : null;
            case "tan":
                return Argument() is { } tangent ? Math.Tan(tangent) : null;
            default:
                return null;
        }
    }

    // A group, or a single digit or letter.
    private double? Argument()
    {
        if (Now is '{' or '(')
            return Now == '{' ? Enclosed('{', '}') : Enclosed('(', ')');
        if (!char.IsAsciiDigit(Now))
            return Atom();
        return text[at++] - '0';
    }

    private static double? Binomial(double n, double k) =>
        n is < 0 or > 1000 || k < 0 || k > n || n % 1 != 0 || k % 1 != 0
            ? null
            : Math.Round(Enumerable.Range(0, (int)k).Aggregate(1.0, (product, i) => product * (n - i) / (i + 1)));
}
