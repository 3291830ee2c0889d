using Bench.Report.Style;

namespace Bench.Cli.Execution;

/// <summary>
/// The last lines of a stream of any length, in bounded memory: a process may print a gigabyte, with line ends or
/// without.
/// </summary>
internal sealed class TextTail
{
    private const int LongestLine = 500;
    private const int Lines = 4;

    private readonly Queue<string> last = new();

    /// <summary>The last lines that were not empty, with bars between them.</summary>
    internal string Text => string.Join(" | ", last);

    /// <summary>Reads to the end.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="each">Told of each line that is not longer than what is kept of one; null for nobody.</param>
    internal async Task Read(TextReader reader, Action<string>? each = null)
    {
        var (buffer, line) = (new char[4096], new System.Text.StringBuilder());
        var whole = true;
        void End()
        {
            if (line.Length > 0)
            {
                var text = TerminalText.OneLine(line.ToString());
                if (whole)
                    each?.Invoke(text);
                last.Enqueue(text);
                if (last.Count > Lines)
                    last.Dequeue();
            }

            line.Clear();
            whole = true;
        }

        for (int read; (read = await reader.ReadAsync(buffer, CancellationToken.None)) > 0; )
        {
            foreach (var letter in buffer.AsSpan(0, read))
            {
                if (letter is '\n' or '\r')
                    End();
                else if (line.Length < LongestLine)
                    line.Append(letter);
                else
                    whole = false;
            }
        }

        End();
    }
}
