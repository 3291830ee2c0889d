using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>
/// A regular expression of a tokenizer's file, matched on code points: .NET matches UTF-16 units, where a letter beyond
/// U+FFFF is two surrogates and no letter. Such a character is matched as a stand-in of its general category, which no
/// tokenizer's pattern names by itself.
/// </summary>
internal sealed class CodePointPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<UnicodeCategory, char> StandIns = new()
    {
        [UnicodeCategory.UppercaseLetter] = 'Ա',
        [UnicodeCategory.LowercaseLetter] = 'ա',
        [UnicodeCategory.TitlecaseLetter] = 'ǅ',
        [UnicodeCategory.ModifierLetter] = 'ʰ',
        [UnicodeCategory.OtherLetter] = 'ƻ',
        [UnicodeCategory.NonSpacingMark] = '\u0483',
        [UnicodeCategory.SpacingCombiningMark] = '\u0903',
        [UnicodeCategory.EnclosingMark] = '\u0488',
        [UnicodeCategory.DecimalDigitNumber] = '٠',
        [UnicodeCategory.LetterNumber] = 'Ⅰ',
        [UnicodeCategory.OtherNumber] = '¼',
        [UnicodeCategory.ConnectorPunctuation] = '‿',
        [UnicodeCategory.DashPunctuation] = '–',
        [UnicodeCategory.OpenPunctuation] = '⁅',
        [UnicodeCategory.ClosePunctuation] = '⁆',
        [UnicodeCategory.InitialQuotePunctuation] = '«',
        [UnicodeCategory.FinalQuotePunctuation] = '»',
        [UnicodeCategory.OtherPunctuation] = '¡',
        [UnicodeCategory.MathSymbol] = '±',
        [UnicodeCategory.CurrencySymbol] = '¢',
        [UnicodeCategory.ModifierSymbol] = '¨',
        [UnicodeCategory.OtherSymbol] = '©',
        [UnicodeCategory.Control] = '\u0001',
        [UnicodeCategory.Format] = '\u00AD',
        [UnicodeCategory.PrivateUse] = '\uE000',
        [UnicodeCategory.OtherNotAssigned] = '\u0378',
    };

    private readonly Regex regex;

    /// <exception cref="LabException">It is not a pattern that can be matched here.</exception>
    internal CodePointPattern(string pattern)
    {
        try
        {
            regex = new Regex(WithFoldings(pattern), RegexOptions.CultureInvariant | RegexOptions.Compiled, Patience);
        }
        catch (ArgumentException error)
        {
            throw new LabException(
                $"the pattern {pattern} cannot be matched ({error.Message.ReplaceLineEndings(" ")})"
            );
        }
    }

    /// <summary>The matches as ranges of the text, in its own UTF-16 units.</summary>
    internal IEnumerable<(int Start, int Length)> Matches(string text)
    {
        var (flat, places) = Flattened(text);
        for (var match = regex.Match(flat); match.Success; match = match.NextMatch())
        {
            var (start, end) = places is null
                ? (match.Index, match.Index + match.Length)
                : (places[match.Index], places[match.Index + match.Length]);
            yield return (start, end - start);
        }
    }

    /// <summary>The text with every match replaced.</summary>
    internal string Replace(string text, string replacement)
    {
        var (result, at) = (new StringBuilder(), 0);
        foreach (var (start, length) in Matches(text))
        {
            result.Append(text, at, start - at).Append(replacement);
            at = start + length;
        }

        return at == 0 ? text : result.Append(text, at, text.Length - at).ToString();
    }

    // One unit for each code point, and where each of them begins; null where the text is so already.
    private static (string Flat, int[]? Places) Flattened(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF') < 0)
            return (text, null);
        var (flat, places) = (new StringBuilder(text.Length), new List<int>(text.Length + 1));
        for (var i = 0; i < text.Length; )
        {
            places.Add(i);
            if (Rune.TryGetRuneAt(text, i, out var rune) && rune.Utf16SequenceLength == 2)
            {
                flat.Append(StandIns[Rune.GetUnicodeCategory(rune)]);
                i += 2;
            }
            else
            {
                flat.Append(text[i++]);
            }
        }

        places.Add(text.Length);
        return (flat.ToString(), [.. places]);
    }

    // A letter that ignores case also stands for the characters that fold to it, ſ for s and the Kelvin sign for k,
    // which .NET leaves out.
    private static string WithFoldings(string pattern)
    {
        const string Opening = "(?i:";
        var (result, at) = (new StringBuilder(), 0);
        while (pattern.IndexOf(Opening, at, StringComparison.Ordinal) is var start and >= 0)
        {
            var end = pattern.IndexOf(')', start);
            var inside = end < 0 ? "" : pattern[(start + Opening.Length)..end];
            // Anything but plain alternatives is left to .NET.
            if (inside.Length == 0 || inside.Any(c => !char.IsAsciiLetter(c) && c is not ('\'' or '|' or '’' or ' ')))
            {
                result.Append(pattern, at, start + Opening.Length - at);
                at = start + Opening.Length;
                continue;
            }

            result.Append(pattern, at, start - at).Append("(?:");
            foreach (var c in inside)
                result.Append(
                    char.IsAsciiLetter(c)
                        ? $"[{char.ToLowerInvariant(c)}{char.ToUpperInvariant(c)}"
                            + $"{(c is 's' or 'S' ? "ſ" : c is 'k' or 'K' ? "\u212A" : "")}]"
                        : c
                );
            result.Append(')');
            at = end + 1;
        }

        return result.Append(pattern, at, pattern.Length - at).ToString();
    }
}
