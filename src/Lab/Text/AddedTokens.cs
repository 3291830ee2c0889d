using System.Buffers;
using System.Globalization;

namespace Bench.Lab.Text;

/// <summary>Finds added tokens in a text: the leftmost, and of those the longest.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<char, (string Content, AddedToken Token)[]> byFirst;
    private readonly SearchValues<char> first;

    /// <param name="tokens">The tokens.</param>
    /// <param name="spelling">The text to look for, if it is not the token's content.</param>
    internal AddedTokens(IEnumerable<AddedToken> tokens, Func<string, string> spelling)
    {
        byFirst = tokens
            .Select(token => (Content: spelling(token.Content), Token: token))
            .Where(pair => pair.Content.Length > 0)
            .GroupBy(pair => pair.Content[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(pair => pair.Content.Length).ToArray());
        first = SearchValues.Create([.. byFirst.Keys]);
    }

    /// <summary>The text in parts: a token, or text between tokens.</summary>
    internal IEnumerable<(string Text, AddedToken? Token)> Split(string text)
    {
        var (start, at) = (0, 0);
        while (at < text.Length && text.AsSpan(at).IndexOfAny(first) is var found and >= 0)
        {
            at += found;
            if (Match(text, at) is not { } match)
            {
                at++;
                continue;
            }

            var (from, to) = (at, at + match.Content.Length);
            if (match.Token.StripLeft)
                while (from > start && char.IsWhiteSpace(text[from - 1]))
                    from--;
            if (match.Token.StripRight)
                while (to < text.Length && char.IsWhiteSpace(text[to]))
                    to++;
            if (from > start)
                yield return (text[start..from], null);
            yield return (text[from..to], match.Token);
            start = at = to;
        }

        if (start < text.Length)
            yield return (text[start..], null);
    }

    private (string Content, AddedToken Token)? Match(string text, int at)
    {
        foreach (var candidate in byFirst[text[at]])
        {
            if (!text.AsSpan(at).StartsWith(candidate.Content, StringComparison.Ordinal))
                continue;
            // The longest one is the one; where it is part of a word and may not be, there is none.
            var end = at + candidate.Content.Length;
            return
                candidate.Token.SingleWord
                && ((at > 0 && IsWord(text[at - 1])) || (end < text.Length && IsWord(text[end])))
                ? null
                : candidate;
        }

        return null;
    }

    private static bool IsWord(char c) =>
        char.IsLetterOrDigit(c)
        || char.GetUnicodeCategory(c)
            is UnicodeCategory.ConnectorPunctuation
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;
}
