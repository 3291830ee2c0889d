using System.Text.RegularExpressions;

namespace Bench.Protocol.Grading;

/// <summary>Whether two answers in LaTeX say the same.</summary>
internal static partial class MathAnswer
{
    private static readonly (string From, string To)[] Spellings =
    [
        ("\\\\", "⏎"),
        ("{,}", ","),
        ("\\dfrac", "\\frac"),
        ("\\tfrac", "\\frac"),
        ("\\cfrac", "\\frac"),
        ("\\left", ""),
        ("\\right", ""),
        ("\\bigl", ""),
        ("\\bigr", ""),
        ("\\big", ""),
        ("\\Big", ""),
        ("\\displaystyle", ""),
        ("\\!", ""),
        ("\\,", ""),
        ("\\;", ""),
        ("\\:", ""),
        ("\\ ", " "),
        ("~", " "),
        ("\\$", ""),
        ("$", ""),
        ("€", ""),
        ("£", ""),
        ("\\(", ""),
        ("\\)", ""),
        ("\\[", ""),
        ("\\]", ""),
        ("^{\\circ}", ""),
        ("^\\circ", ""),
        ("\\degree", ""),
        ("°", ""),
        ("\\cdot", "*"),
        ("\\times", "*"),
        ("×", "*"),
        ("·", "*"),
        ("\\div", "/"),
        ("÷", "/"),
        ("−", "-"),
        ("–", "-"),
        ("\\infinity", "\\infty"),
        ("∞", "\\infty"),
        ("\\pi", "π"),
        ("\\emptyset", "∅"),
        ("\\varnothing", "∅"),
        ("\\{", "⦃"),
        ("\\}", "⦄"),
        ("\\leq", "≤"),
        ("\\geq", "≥"),
        ("\\neq", "≠"),
        ("\\cup", "∪"),
        ("\\cap", "∩"),
        ("\\pm", "±"),
        ("\\lbrace", "⦃"),
        ("\\rbrace", "⦄"),
    ];

    /// <summary>
    /// Whether two answers are equal. 100,200 is one number or two: they are equal if they are in either reading.
    /// </summary>
    internal static bool Equal(string a, string b) =>
        Alike(Plain(a, thousands: true), Plain(b, thousands: true))
        || Alike(Plain(a, thousands: false), Plain(b, thousands: false));

    private static bool Alike(string x, string y)
    {
        if (Bare(x) == Bare(y))
            return x.Length > 0;
        if (Parts(x) is { } mine && Parts(y) is { } theirs)
            return AllEqual(mine, theirs);
        if (Parts(x) is not null || Parts(y) is not null)
            return false;
        if (x.EndsWith('%') != y.EndsWith('%'))
            return OfPercent(x, y);
        return Relation(x, y) ?? Formula.SameValue(x.TrimEnd('%'), y.TrimEnd('%'));
    }

    /// <summary>An answer without what does not matter: style, spacing, units, a name before an equals sign.</summary>
    internal static string Plain(string answer) => Bare(Plain(answer, thousands: true));

    // Words keep marks around them, so that they are no product of their letters.
    private static string Bare(string text) =>
        text.Replace("⟪", "", StringComparison.Ordinal).Replace("⟫", "", StringComparison.Ordinal);

    private static string Plain(string answer, bool thousands)
    {
        var text = answer.Trim();
        foreach (var (from, to) in Spellings)
            text = text.Replace(from, to, StringComparison.Ordinal);
        text = text.Replace("\\%", "%", StringComparison.Ordinal);
        text = ShortSign()
            .Replace(
                text,
                match =>
                    match.Groups[1].Value switch
                    {
                        "le" => "≤",
                        "ge" => "≥",
                        "ne" => "≠",
                        _ => "∈",
                    }
            );
        text = Conjunction().Replace(text, ",");
        text = WithoutUnits(text);
        text = Word()
            .Replace(
                text,
                match =>
                    match.Groups[1].Value.Count(char.IsLetter) > 1
                        ? $"⟪{match.Groups[1].Value}⟫"
                        : match.Groups[1].Value
            );
        text = ShortFraction().Replace(text, "\\frac{$1$2}{$3$4}");
        text = ShortRoot().Replace(text, "\\sqrt{$1}");
        if (thousands && text.AsSpan().IndexOfAny("([⦃") < 0)
            text = Thousands().Replace(text, match => match.Value.Replace(",", "", StringComparison.Ordinal));
        text = Regex.Replace(text, @"\s+", "").TrimEnd('.', ',', ';');
        // x = 5 answers 5, and so does f(x) = 5; but an equation that is the answer has more than a name on its left.
        if (Named().Match(text) is { Success: true } named)
            text = text[named.Length..];
        return text.Length > 1 && text[0] == '{' && Marks.Closing(text, 0) == text.Length - 1 ? text[1..^1] : text;
    }

    // Half per cent of a number and the number itself are both ways to write fifty per cent; the reference decides
    // nothing here.
    private static bool OfPercent(string a, string b)
    {
        var (percent, bare) = a.EndsWith('%') ? (a[..^1], b) : (b[..^1], a);
        return Formula.SameValue(percent, bare) || Formula.SameValue($"({percent})/100", bare);
    }

    // An equation or inequality: side by side.
    private static bool? Relation(string a, string b)
    {
        foreach (var sign in "=≤≥<>≠∈")
        {
            if (!a.Contains(sign) && !b.Contains(sign))
                continue;
            var (x, y) = (a.Split(sign), b.Split(sign));
            if (x.Length != y.Length)
                return false;
            return x.Zip(y).All(pair => Equal(pair.First, pair.Second))
                || (sign == '=' && x.Length == 2 && Equal(x[0], y[1]) && Equal(x[1], y[0]));
        }

        return null;
    }

    private static bool AllEqual(
        (char Open, char Close, IReadOnlyList<string> Items) a,
        (char Open, char Close, IReadOnlyList<string> Items) b
    )
    {
        if (a.Open != b.Open || a.Close != b.Close || a.Items.Count != b.Items.Count)
            return false;
        if (a.Open is '(' or '[' or 'm')
            return a.Items.Zip(b.Items).All(pair => Equal(pair.First, pair.Second));
        var left = b.Items.ToList();
        return a.Items.All(item =>
            left.FindIndex(other => Equal(item, other)) is var at and >= 0 && RemoveAt(left, at)
        );
    }

    private static bool RemoveAt(List<string> items, int at)
    {
        items.RemoveAt(at);
        return true;
    }

    // A set, a tuple or an interval, a matrix, or a list without brackets; null for a single thing.
    private static (char Open, char Close, IReadOnlyList<string> Items)? Parts(string text)
    {
        // One ± stands for two values.
        if (text.Count(c => c == '±') == 1 && text.AsSpan().IndexOfAny(",([⦃") < 0)
            return (
                ',',
                ',',
                [text.Replace("±", text[0] == '±' ? "" : "+", StringComparison.Ordinal), text.Replace('±', '-')]
            );
        if (Matrix().Match(text) is { Success: true } matrix)
            return (
                'm',
                'm',
                [
                    .. matrix
                        .Groups[1]
                        .Value.Split('⏎')
                        .Where(row => row.Length > 0)
                        .SelectMany(row => row.Split('&').Prepend($"row of {row.Split('&').Length}")),
                ]
            );
        if (text.Contains('∪') && Split(text, '∪') is { Count: > 1 } union)
            return ('∪', '∪', union);
        if (Split(text, ',') is { Count: > 1 } list)
            return (',', ',', list);
        if (text.Length < 2)
            return null;
        var (open, close) = (text[0], text[^1]);
        if (open == '⦃' && close == '⦄')
            return ('⦃', '⦄', [.. Split(text[1..^1], ',').Where(item => item.Length > 0)]);
        return open is '(' or '[' && close is ')' or ']' && Split(text[1..^1], ',') is { Count: > 1 } items
            ? (open, close, items)
            : null;
    }

    // At a separator outside all brackets.
    private static IReadOnlyList<string> Split(string text, char separator)
    {
        var (parts, depth, start) = (new List<string>(), 0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '(' or '[' or '{' or '⦃')
                depth++;
            else if (text[i] is ')' or ']' or '}' or '⦄')
                depth--;
            else if (text[i] == separator && depth == 0)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    // Words after a number are its unit; where nothing but words is left they are the answer.
    private static string WithoutUnits(string text)
    {
        var bare = Unit().Replace(text, "");
        bare = PlainUnit().Replace(bare, "$1");
        bare = LetterUnit().Replace(bare, "$1");
        return bare.Trim().Length > 0 ? bare : text;
    }

    // \le and its like end where a letter does not follow: \left is another word.
    [GeneratedRegex(@"\\(le|ge|ne|in)(?![a-zA-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex ShortSign();

    // 1 or 2 lists two answers.
    [GeneratedRegex(
        @"\s*,?\s*(?:\\(?:text|mbox|mathrm|textrm)\s*\{\s*(?:or|and)\s*\}|(?<![a-zA-Z\\])(?:or|and)(?![a-zA-Z]))\s*",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Conjunction();

    [GeneratedRegex(
        @"(?<=[\d}\])π%])\s*\\(?:text|mbox|mathrm|textrm|hbox)\s*\{[^{}]*\}(?:\^\{?\d\}?)?(?:/\\text\{[^{}]*\})?",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Unit();

    [GeneratedRegex(
        @"(\d)\s*(?:degrees?|dollars?|cents?|percent|units?|square\s+\w+|cubic\s+\w+|cm|mm|km|kg|feet|foot|ft|inches|"
            + @"inch|miles?|mph|hours?|minutes?|seconds?|days?|weeks?|months?|years?|ways|points?|people|students)\b("
            + @"?:\^\{?\d\}?)?\.?\s*$",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
    )]
    private static partial Regex PlainUnit();

    // 3m is a product; 3 m is a length.
    [GeneratedRegex(@"(\d)\s+(?:m|g|in)(?:\^\{?\d\}?)?\.?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex LetterUnit();

    [GeneratedRegex(
        @"\\(?:text|mbox|mathrm|textrm|textbf|mathbf|hbox|operatorname)\s*\{\s*([^{}]*?)\s*\}",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Word();

    [GeneratedRegex(
        @"\\frac\s*(?:\{([^{}]*)\}|([0-9a-zA-Zπ]))\s*(?:\{([^{}]*)\}|([0-9a-zA-Zπ]))",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ShortFraction();

    [GeneratedRegex(@"\\sqrt\s*(\d|[a-zA-Z])(?![a-zA-Z])", RegexOptions.CultureInvariant)]
    private static partial Regex ShortRoot();

    [GeneratedRegex(@"(?<![\d.,])[1-9]\d{0,2}(?:,(?:\\!)?\d{3})+(?![\d,])", RegexOptions.CultureInvariant)]
    private static partial Regex Thousands();

    [GeneratedRegex(
        @"^(?:[a-zA-Z](?:_\{?\w\}?)?(?:\([a-zA-Z]\))?|\([a-zA-Z](?:,[a-zA-Z])+\))=(?=[^=]+$)",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Named();

    [GeneratedRegex(
        @"^\\begin\{[pbvB]?(?:matrix|array)\}(?:\{[clr|]*\})?(.*)\\end\{[pbvB]?(?:matrix|array)\}$",
        RegexOptions.CultureInvariant | RegexOptions.Singleline
    )]
    private static partial Regex Matrix();
}
