using System.Globalization;
using System.Text;

namespace Bench.Report.Style;

/// <summary>Text that may hold anything, made fit for a line of a terminal or a cell of a table.</summary>
public static class TerminalText
{
    private const int Longest = 2000;

    /// <summary>
    /// One line without characters that move the cursor, colour or turn around what follows; the middle of a very long
    /// text is left out.
    /// </summary>
    public static string OneLine(string text)
    {
        var line = new StringBuilder();
        foreach (var rune in text.ReplaceLineEndings(" ").EnumerateRunes())
        {
            if (rune.Value == '\t')
                line.Append(' ');
            else if (
                Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control
                    or UnicodeCategory.Format
                    or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator
            )
                line.Append('\ufffd');
            else
                line.Append(rune.ToString());
        }

        return line.Length <= Longest
            ? line.ToString()
            : $"{line.ToString(0, Longest / 2)} … {line.ToString(line.Length - Longest / 2, Longest / 2)}";
    }
}
