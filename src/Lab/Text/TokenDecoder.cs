using System.Globalization;
using System.Text;
using System.Text.Json;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>Puts tokens together to a text: the section decoder of tokenizer.json.</summary>
internal sealed class TokenDecoder
{
    private readonly List<Func<IReadOnlyList<string>, IReadOnlyList<string>>> steps = [];
    private readonly IReadOnlyList<string?> kinds = [];

    /// <exception cref="LabException">It asks for something that is not known here.</exception>
    internal TokenDecoder(JsonElement? section)
    {
        if (section is { ValueKind: JsonValueKind.Object } given)
        {
            Add(given);
            kinds = [.. KindsOf(given)];
        }
    }

    /// <summary>The text of tokens as the vocabulary spells them. Bytes that are no UTF-8 become U+FFFD.</summary>
    internal string Decode(IReadOnlyList<string> tokens)
    {
        foreach (var step in steps)
            tokens = step(tokens);
        return string.Concat(tokens);
    }

    /// <summary>
    /// The bytes that a token adds to a text that it goes on: the first token of a text may lose a space.
    /// </summary>
    internal byte[] BytesOf(string token)
    {
        if (kinds.Contains("ByteLevel"))
            return ByteAlphabet.BytesOf(token);
        if (kinds.Contains("ByteFallback") && ByteOf(token) is { } value)
            return [value];
        var before = Decode([Before]);
        return Encoding.UTF8.GetBytes(Decode([Before, token])[before.Length..]);
    }

    private static IEnumerable<string?> KindsOf(JsonElement section) =>
        section.GetProperty("type").GetString() is "Sequence"
            ? section.GetProperty("decoders").EnumerateArray().SelectMany(KindsOf)
            : [section.GetProperty("type").GetString()];

    // Any token that is spelt as it is written.
    private const string Before = "a";

    private void Add(JsonElement section)
    {
        switch (section.GetProperty("type").GetString())
        {
            case "Sequence":
                foreach (var inner in section.GetProperty("decoders").EnumerateArray())
                    Add(inner);
                break;
            case "ByteLevel":
                steps.Add(tokens => [Encoding.UTF8.GetString([.. tokens.SelectMany(ByteAlphabet.BytesOf)])]);
                break;
            case "Replace":
                var (pattern, content) = (
                    TokenizerJson.Pattern(section.GetProperty("pattern")),
                    section.GetProperty("content").GetString()!
                );
                steps.Add(tokens => [.. tokens.Select(token => pattern.Replace(token, content))]);
                break;
            case "ByteFallback":
                steps.Add(BytesJoined);
                break;
            case "Fuse":
                steps.Add(tokens => [string.Concat(tokens)]);
                break;
            case "Strip":
                var (stripped, start, stop) = (
                    section.GetProperty("content").GetString()![0],
                    section.GetProperty("start").GetInt32(),
                    section.GetProperty("stop").GetInt32()
                );
                steps.Add(tokens => [.. tokens.Select(token => Stripped(token, stripped, start, stop))]);
                break;
            case "Metaspace":
                var mark = section.GetProperty("replacement").GetString()!;
                var prefixed = section.TryGetProperty("prepend_scheme", out var scheme)
                    ? scheme.GetString() != "never"
                    : TokenizerJson.Flag(section, "add_prefix_space", true);
                steps.Add(tokens =>
                    [
                        .. tokens.Select(
                            (token, i) =>
                                (
                                    i == 0 && prefixed && token.StartsWith(mark, StringComparison.Ordinal)
                                        ? token[mark.Length..]
                                        : token
                                ).Replace(mark, " ", StringComparison.Ordinal)
                        ),
                    ]
                );
                break;
            case var other:
                throw new LabException($"decoders of type {other} are not known here");
        }
    }

    // Neighbouring tokens like <0x0A> are bytes of one text; if that is no UTF-8, each of them is unreadable.
    private static IReadOnlyList<string> BytesJoined(IReadOnlyList<string> tokens)
    {
        var (result, bytes) = (new List<string>(tokens.Count), new List<byte>());
        void Flush()
        {
            if (bytes.Count == 0)
                return;
            var text = Encoding.UTF8.GetString([.. bytes]);
            result.Add(
                Encoding.UTF8.GetBytes(text).AsSpan().SequenceEqual(bytes.ToArray())
                    ? text
                    : new string('\uFFFD', bytes.Count)
            );
            bytes.Clear();
        }

        foreach (var token in tokens)
        {
            if (ByteOf(token) is { } value)
            {
                bytes.Add(value);
                continue;
            }

            Flush();
            result.Add(token);
        }

        Flush();
        return result;
    }

    private static byte? ByteOf(string token) =>
        token.Length == 6
        && token.StartsWith("<0x", StringComparison.Ordinal)
        && token[5] == '>'
        && byte.TryParse(
            token.AsSpan(3, 2),
            NumberStyles.AllowHexSpecifier,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : null;

    private static string Stripped(string token, char stripped, int start, int stop)
    {
        var (from, to) = (0, token.Length);
        while (from < Math.Min(start, to) && token[from] == stripped)
            from++;
        for (var i = 0; i < stop && to > from && token[to - 1] == stripped; i++)
            to--;
        return token[from..to];
    }
}
