using System.Text.Json;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>
/// Cuts a normalised text into pieces, within which alone tokens are joined: the section pre_tokenizer of
/// tokenizer.json.
/// </summary>
internal sealed class PreTokenizer
{
    // GPT-2's pattern (Radford et al. 2019).
    private const string Gpt2 = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private readonly List<Func<string, bool, IEnumerable<string>>> steps = [];

    /// <param name="section">The section; null, or of kind Null, for none.</param>
    /// <exception cref="LabException">It asks for something that is not known here.</exception>
    internal PreTokenizer(JsonElement? section)
    {
        if (section is { ValueKind: JsonValueKind.Object } given)
            Add(given);
    }

    /// <summary>The pieces, in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="atStart">Whether nothing comes before it.</param>
    internal IEnumerable<string> Cut(string text, bool atStart)
    {
        IEnumerable<string> pieces = [text];
        foreach (var step in steps)
        {
            var before = pieces;
            pieces = before.SelectMany((piece, i) => step(piece, atStart && i == 0));
        }

        return pieces;
    }

    private void Add(JsonElement section)
    {
        switch (section.GetProperty("type").GetString())
        {
            case "Sequence":
                foreach (var inner in section.GetProperty("pretokenizers").EnumerateArray())
                    Add(inner);
                break;
            case "Split":
                var (pattern, behaviour, invert) = (
                    TokenizerJson.Pattern(section.GetProperty("pattern")),
                    section.GetProperty("behavior").GetString()!,
                    TokenizerJson.Flag(section, "invert")
                );
                steps.Add((text, _) => Split(text, pattern, behaviour, invert));
                Check(behaviour);
                break;
            case "Digits":
                var digits = new CodePointPattern(
                    TokenizerJson.Flag(section, "individual_digits") ? @"\p{N}" : @"\p{N}+"
                );
                steps.Add((text, _) => Split(text, digits, "Isolated", false));
                break;
            case "ByteLevel":
                if (TokenizerJson.Flag(section, "add_prefix_space"))
                    steps.Add((text, _) => [text.StartsWith(' ') ? text : " " + text]);
                if (TokenizerJson.Flag(section, "use_regex", true))
                {
                    var words = new CodePointPattern(Gpt2);
                    steps.Add((text, _) => Split(text, words, "Isolated", false));
                }

                steps.Add((text, _) => [ByteAlphabet.Spell(text)]);
                break;
            case "Metaspace":
                AddMetaspace(section);
                break;
            case var other:
                throw new LabException($"pre-tokenizers of type {other} are not known here");
        }
    }

    private void AddMetaspace(JsonElement section)
    {
        var mark = section.GetProperty("replacement").GetString()!;
        // Older files say add_prefix_space where newer ones name a scheme.
        var scheme =
            section.TryGetProperty("prepend_scheme", out var named) ? named.GetString()
            : TokenizerJson.Flag(section, "add_prefix_space", true) ? "always"
            : "never";
        var whole = new CodePointPattern(System.Text.RegularExpressions.Regex.Escape(mark));
        var split = TokenizerJson.Flag(section, "split", true);
        steps.Add(
            (text, atStart) =>
            {
                var marked = text.Replace(" ", mark, StringComparison.Ordinal);
                if (
                    (scheme == "always" || (scheme == "first" && atStart))
                    && !marked.StartsWith(mark, StringComparison.Ordinal)
                )
                    marked = mark + marked;
                return split ? Split(marked, whole, "MergedWithNext", false) : [marked];
            }
        );
    }

    private static void Check(string behaviour)
    {
        if (behaviour is not ("Isolated" or "Removed" or "MergedWithPrevious" or "MergedWithNext" or "Contiguous"))
            throw new LabException($"a split of behaviour {behaviour} is not known here");
    }

    private static IEnumerable<string> Split(string text, CodePointPattern pattern, string behaviour, bool invert)
    {
        var parts = Parts(text, pattern, invert);
        switch (behaviour)
        {
            case "Removed":
                return parts.Where(part => !part.Match).Select(part => part.Text);
            case "Isolated":
                return parts.Select(part => part.Text);
        }

        var joined = new List<(string Text, bool Match)>();
        foreach (var part in parts)
        {
            var joins =
                joined.Count > 0
                && behaviour switch
                {
                    "MergedWithPrevious" => part.Match && !joined[^1].Match,
                    "MergedWithNext" => !part.Match && joined[^1].Match,
                    _ => part.Match == joined[^1].Match,
                };
            if (!joins)
                joined.Add(part);
            // A part that a match was merged into is not merged again.
            else
                joined[^1] = (
                    joined[^1].Text + part.Text,
                    behaviour switch
                    {
                        "MergedWithPrevious" => true,
                        "MergedWithNext" => false,
                        _ => part.Match,
                    }
                );
        }

        return joined.Select(part => part.Text);
    }

    private static IEnumerable<(string Text, bool Match)> Parts(string text, CodePointPattern pattern, bool invert)
    {
        var at = 0;
        foreach (var (start, length) in pattern.Matches(text))
        {
            if (length == 0)
                continue;
            if (start > at)
                yield return (text[at..start], invert);
            yield return (text.Substring(start, length), !invert);
            at = start + length;
        }

        if (at < text.Length)
            yield return (text[at..], invert);
    }
}
