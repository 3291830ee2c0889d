using System.Globalization;
using System.Text;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text.Jinja;

/// <summary>The kinds of tokens of a template.</summary>
internal enum JinjaKind
{
    /// <summary>Text that is printed as it stands.</summary>
    Data,

    /// <summary>{{</summary>
    PrintBegin,

    /// <summary>{%</summary>
    BlockBegin,

    /// <summary>}} or %}</summary>
    End,

    /// <summary>A name or a keyword.</summary>
    Name,

    /// <summary>A literal string.</summary>
    Text,

    /// <summary>A literal number.</summary>
    Number,

    /// <summary>An operator or a bracket.</summary>
    Operator,

    /// <summary>The end of the template.</summary>
    Eof,
}

/// <summary>A token of a template and the line that it stands in.</summary>
internal readonly record struct JinjaToken(JinjaKind Kind, string Text, int Line);

/// <summary>
/// Cuts a template into tokens with the white space rules that chat templates are written for: trim_blocks (the newline
/// after a block goes) and lstrip_blocks (spaces before a block that begins a line go), and minus signs that strip
/// everything.
/// </summary>
internal sealed class JinjaLexer
{
    private static readonly string[] Operators =
    [
        "**",
        "//",
        "==",
        "!=",
        "<=",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "%",
        "~",
        "|",
        ".",
        ",",
        ":",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "<",
        ">",
        "=",
    ];

    private readonly string source;
    private readonly List<JinjaToken> tokens = [];
    private int at;
    private bool stripNext;

    private JinjaLexer(string source) => this.source = source;

    /// <exception cref="LabException">A tag or a string is not closed, or holds what is no expression.</exception>
    internal static IReadOnlyList<JinjaToken> Cut(string template)
    {
        var source = template.ReplaceLineEndings("\n");
        // One newline at the very end is the editor's, not the template's.
        return new JinjaLexer(source.EndsWith('\n') ? source[..^1] : source).Cut();
    }

    private int Line => source.AsSpan(0, Math.Min(at, source.Length)).Count('\n') + 1;

    private IReadOnlyList<JinjaToken> Cut()
    {
        while (at < source.Length)
        {
            var tag = NextTag();
            Data(tag);
            if (tag < 0)
                break;
            at = tag + 2;
            var kind = source[tag + 1];
            if (at < source.Length && source[at] is '-' or '+')
                at++;
            if (kind == '#')
                Comment();
            else
                Inside(kind);
        }

        tokens.Add(new JinjaToken(JinjaKind.Eof, "", Line));
        return tokens;
    }

    private int NextTag()
    {
        for (var i = at; i + 1 < source.Length; i++)
        {
            if (source[i] == '{' && source[i + 1] is '{' or '%' or '#')
                return i;
        }

        return -1;
    }

    private void Data(int tag)
    {
        var text = tag < 0 ? source[at..] : source[at..tag];
        var startsLine = at == 0 || source[at - 1] == '\n';
        if (stripNext)
            text = text.TrimStart();
        stripNext = false;
        if (tag >= 0)
        {
            var sign = tag + 2 < source.Length ? source[tag + 2] : ' ';
            if (sign == '-')
            {
                text = text.TrimEnd();
            }
            else if (sign != '+' && source[tag + 1] != '{')
            {
                var line = text.LastIndexOf('\n') + 1;
                if ((line > 0 || startsLine) && text.AsSpan(line).Trim(" \t").IsEmpty)
                    text = text[..line];
            }
        }

        if (text.Length > 0)
            tokens.Add(new JinjaToken(JinjaKind.Data, text, Line));
    }

    private void Comment()
    {
        var end = source.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0)
            throw Bad("a comment is not closed");
        var sign = source[end - 1];
        at = end + 2;
        AfterTag(sign, block: true);
    }

    private void AfterTag(char sign, bool block)
    {
        if (sign == '-')
            stripNext = true;
        else if (block && sign != '+' && at < source.Length && source[at] == '\n')
            at++;
    }

    private void Inside(char kind)
    {
        tokens.Add(new JinjaToken(kind == '{' ? JinjaKind.PrintBegin : JinjaKind.BlockBegin, "", Line));
        var (closing, depth) = (kind == '{' ? "}}" : "%}", 0);
        while (true)
        {
            while (at < source.Length && char.IsWhiteSpace(source[at]))
                at++;
            if (at >= source.Length)
                throw Bad("a tag is not closed");
            if (depth == 0)
            {
                var signed = source[at] is '-' or '+' && string.CompareOrdinal(source, at + 1, closing, 0, 2) == 0;
                if (signed || string.CompareOrdinal(source, at, closing, 0, 2) == 0)
                {
                    tokens.Add(new JinjaToken(JinjaKind.End, closing, Line));
                    var sign = signed ? source[at] : ' ';
                    at += signed ? 3 : 2;
                    AfterTag(sign, kind == '%');
                    return;
                }
            }

            var c = source[at];
            if (c is '\'' or '"')
                Quoted(c);
            else if (char.IsAsciiDigit(c))
                Number();
            else if (char.IsLetter(c) || c == '_')
                Name();
            else
                depth += Operator();
        }
    }

    private void Quoted(char quote)
    {
        var (text, line) = (new StringBuilder(), Line);
        for (at++; ; at++)
        {
            if (at >= source.Length)
                throw Bad("a string is not closed");
            if (source[at] == quote)
                break;
            if (source[at] == '\\' && at + 1 < source.Length)
                text.Append(Escaped());
            else
                text.Append(source[at]);
        }

        at++;
        tokens.Add(new JinjaToken(JinjaKind.Text, text.ToString(), line));
    }

    private string Escaped()
    {
        at++;
        switch (source[at])
        {
            case 'n':
                return "\n";
            case 't':
                return "\t";
            case 'r':
                return "\r";
            case 'b':
                return "\b";
            case 'f':
                return "\f";
            case 'v':
                return "\v";
            case '0':
                return "\0";
            case '\\' or '\'' or '"':
                return source[at].ToString();
            case 'u' or 'x':
                var length = source[at] == 'u' ? 4 : 2;
                if (
                    at + length < source.Length
                    && int.TryParse(
                        source.AsSpan(at + 1, length),
                        NumberStyles.AllowHexSpecifier,
                        CultureInfo.InvariantCulture,
                        out var code
                    )
                )
                {
                    at += length;
                    return ((char)code).ToString();
                }

                throw Bad("a string holds a broken escape");
            default:
                return "\\" + source[at];
        }
    }

    private void Number()
    {
        var start = at;
        while (
            at < source.Length
            && (
                char.IsAsciiDigit(source[at])
                || (source[at] == '.' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]))
            )
        )
            at++;
        tokens.Add(new JinjaToken(JinjaKind.Number, source[start..at], Line));
    }

    private void Name()
    {
        var start = at;
        while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_'))
            at++;
        tokens.Add(new JinjaToken(JinjaKind.Name, source[start..at], Line));
    }

    private int Operator()
    {
        var found =
            Operators.FirstOrDefault(known => string.CompareOrdinal(source, at, known, 0, known.Length) == 0)
            ?? throw Bad($"'{source[at]}' has no meaning in a tag");
        tokens.Add(new JinjaToken(JinjaKind.Operator, found, Line));
        at += found.Length;
        return found is "(" or "[" or "{" ? 1
            : found is ")" or "]" or "}" ? -1
            : 0;
    }

    private LabException Bad(string problem) =>
        new(string.Create(CultureInfo.InvariantCulture, $"chat template, line {Line}: {problem}"));
}
