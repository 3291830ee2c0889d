using System.Text;

namespace Bench.Report.Style;

/// <summary>Sentences for a terminal.</summary>
public static class TextWrap
{
    /// <summary>Lines of at most so many columns. An indented text goes on further in.</summary>
    public static string Wrapped(string text, int columns)
    {
        var (lines, line) = (new StringBuilder(), new StringBuilder());
        foreach (var word in text.TrimStart().Split(' '))
        {
            var indent =
                lines.Length == 0 ? text[..^text.TrimStart().Length]
                : text.StartsWith(' ') ? "      "
                : "";
            if (line.Length > 0 && line.Length + 1 + word.Length > columns)
            {
                lines.Append(line).Append('\n');
                line.Clear();
                indent = text.StartsWith(' ') ? "      " : "";
            }

            line.Append(line.Length == 0 ? indent : " ").Append(word);
        }

        return lines.Append(line).Append('\n').ToString();
    }
}
