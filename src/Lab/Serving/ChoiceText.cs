using System.Runtime.CompilerServices;
using System.Text;
using Bench.Lab.Text;

namespace Bench.Lab.Serving;

/// <summary>
/// A choice as text, up to the end token, a stop sequence or the limit. A stop sequence is no part of the text.
/// </summary>
internal sealed class ChoiceText(ITokenizer tokenizer, Choice choice, IReadOnlyList<string> stops)
{
    private readonly StringBuilder text = new();

    /// <summary>stop or length, when it has ended.</summary>
    internal string FinishReason { get; private set; } = "length";

    internal string Text => text.ToString();

    /// <summary>Everything that was written, the end token included.</summary>
    internal List<WrittenToken> Tokens { get; } = [];

    /// <summary>Gives out pieces of text as they become certain, each with the tokens since the piece before.</summary>
    internal async IAsyncEnumerable<(string Text, IReadOnlyList<WrittenToken> Tokens)> Read(
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var stream = new TextStream(tokenizer, choice.Prompt[^1]);
        // Text that could be the beginning of a stop sequence waits.
        var held = stops.Count == 0 ? 0 : stops.Max(stop => stop.Length) - 1;
        var (given, tokensGiven) = (0, 0);
        await foreach (var token in choice.Tokens.ReadAllAsync(cancel))
        {
            Tokens.Add(token);
            if (token.Last)
            {
                FinishReason = "stop";
                break;
            }

            var before = text.Length;
            text.Append(stream.Add(token.Token));
            if (Stopped(Math.Max(0, before - held)))
            {
                choice.Cancel();
                break;
            }

            // A character of two halves is given out whole.
            var certain = text.Length - held;
            if (certain > 0 && char.IsHighSurrogate(text[certain - 1]))
                certain--;
            if (certain <= given)
                continue;
            yield return (text.ToString(given, certain - given), Tokens[tokensGiven..]);
            (given, tokensGiven) = (certain, Tokens.Count);
        }

        if (!choice.Cancelled)
        {
            var before = text.Length;
            text.Append(stream.End());
            Stopped(Math.Max(0, before - held));
        }

        if (text.Length > given || Tokens.Count > tokensGiven)
            yield return (text.ToString(given, text.Length - given), Tokens[tokensGiven..]);
    }

    /// <summary>Reads it to its end.</summary>
    internal async Task Finish(CancellationToken cancel)
    {
        await foreach (var _ in Read(cancel)) { }
    }

    private bool Stopped(int from)
    {
        var tail = text.ToString(from, text.Length - from);
        var at = stops
            .Select(stop => tail.IndexOf(stop, StringComparison.Ordinal))
            .Where(found => found >= 0)
            .DefaultIfEmpty(-1)
            .Min();
        if (at < 0)
            return false;
        text.Length = from + at;
        FinishReason = "stop";
        return true;
    }
}
