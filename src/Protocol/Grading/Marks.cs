using System.Text.RegularExpressions;

namespace Bench.Protocol.Grading;

/// <summary>Where a text says its final answer: \boxed{…}, ####, "A:", "answer is".</summary>
internal static partial class Marks
{
    /// <summary>
    /// The content of a text's last \boxed{…} (or \fbox{…}, or \boxed x); null where there is none that is closed.
    /// </summary>
    internal static string? Boxed(string text)
    {
        for (var at = text.Length; (at = at > 0 ? LastBox(text, at - 1) : -1) >= 0; )
        {
            var start = text.IndexOf("box", at, StringComparison.Ordinal) + 3;
            if (start < text.Length && text[start] == 'e')
                start += 2;
            while (start < text.Length && text[start] == ' ')
                start++;
            if (start >= text.Length)
                continue;
            if (text[start] != '{')
            {
                // \boxed 5, up to the end of the formula.
                var end = text.IndexOfAny(['$', '\n', ' '], start);
                return text[start..(end < 0 ? text.Length : end)].TrimEnd('.', ',');
            }

            if (Closing(text, start) is var closing and > 0)
                return text[(start + 1)..closing];
        }

        return null;
    }

    /// <summary>
    /// The text after the last mark of a final answer that is no box, to the end; null where there is none.
    /// </summary>
    internal static string? Said(string text) =>
        Saying().Matches(text) is { Count: > 0 } found ? text[(found[^1].Index + found[^1].Length)..] : null;

    /// <summary>The place of the brace that closes the one at a place; −1 where none does.</summary>
    internal static int Closing(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '{')
                depth++;
            else if (text[i] == '}' && --depth == 0)
                return i;
        }

        return -1;
    }

    private static int LastBox(string text, int before)
    {
        var (boxed, framed) = (
            text.LastIndexOf("\\boxed", before, StringComparison.Ordinal),
            text.LastIndexOf("\\fbox", before, StringComparison.Ordinal)
        );
        return Math.Max(boxed, framed);
    }

    [GeneratedRegex(
        @"####|(?:^|\n|\s)A:|(?i:answer)\s*\**\s*(?:(?i:is|are|equals)\b\s*:?|:|=)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Saying();
}
