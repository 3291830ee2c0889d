using System.Globalization;
using System.Text.RegularExpressions;

namespace Bench.Protocol.Grading;

/// <summary>
/// A number, as in GSM8K (Cobbe et al. 2021): the first one after the last mark (####, "A:", "answer is"), or in the
/// last box; thousands' commas, currencies and units do not count, and 18, 18.0 and $18 are equal. A response without
/// any mark is its answer only where it holds a single number.
/// </summary>
public sealed partial class NumberGrader : IGrader
{
    /// <inheritdoc/>
    public Verdict Grade(string response, string reference)
    {
        var (answer, gold) = (Number(response), Number(reference));
        return new Verdict(
            answer is not null && gold is not null && answer == gold,
            answer is { } number ? Plain(number) : null
        );
    }

    private static decimal? Number(string text)
    {
        var final = Answers
            .Final(text)
            .Replace("{,}", ",", StringComparison.Ordinal)
            .Replace("\\!", "", StringComparison.Ordinal)
            .Replace("\\,", "", StringComparison.Ordinal);
        // A response that was cut off in its reasoning has no answer.
        if (final.Length == 0)
            return null;
        var boxed = Marks.Boxed(final);
        if (boxed is not null && (Quotient(boxed) ?? First(boxed)) is { } inBox)
            return inBox;
        if (Marks.Said(final) is { } said)
            return First(said);
        return Numbers().Matches(final) is { Count: 1 } single ? Value(single[0]) : null;
    }

    // A box that holds a fraction and nothing else.
    private static decimal? Quotient(string text) =>
        Fraction().Match(text) is { Success: true } match
        && decimal.TryParse(match.Groups["above"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var above)
        && decimal.TryParse(match.Groups["below"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var below)
        && below != 0
            ? (match.Groups["sign"].Length > 0 ? -above : above) / below
            : null;

    private static decimal? First(string text) =>
        Numbers().Match(text) is { Success: true } match ? Value(match) : null;

    // The sign may stand before the currency: -$5.
    private static decimal? Value(Match match)
    {
        var digits = match.Groups["digits"].Value.Replace(",", "", StringComparison.Ordinal);
        return decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            ? match.Groups["sign"].Length > 0
                ? -value
                : value
            : null;
    }

    private static string Plain(decimal number) =>
        number.ToString("0.############################", CultureInfo.InvariantCulture);

    [GeneratedRegex(
        @"^\s*(?<sign>[-−])?\s*(?:\\[dt]?frac\s*\{\s*(?<above>\d+)\s*\}\s*\{\s*(?<below>\d+)\s*\}|(?<above>\d+)\s*/"
            + @"\s*(?<below>\d+))\s*$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Fraction();

    [GeneratedRegex(
        @"(?<sign>[-−])?(?:\\?[$€£] ?|\\text\{\s*)?(?<sign>[-−])?(?<digits>\d[\d,]*(?:\.\d+)?|\.\d+)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Numbers();
}
