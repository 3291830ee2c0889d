namespace Bench.Protocol.Grading;

/// <summary>
/// A mathematical expression in LaTeX, as in MATH (Hendrycks et al. 2021): in the last box, else after the last mark,
/// else the whole final answer where it is one short line. Equal are what is written alike up to spacing and style,
/// numbers and formulas of equal value, sets in any order, tuples and intervals element by element.
/// </summary>
public sealed class MathGrader : IGrader
{
    private const int LongestBareAnswer = 200;

    /// <inheritdoc/>
    public Verdict Grade(string response, string reference)
    {
        if (Expression(response) is not { } answer)
            return new Verdict(false, null);
        var gold = Expression(reference) ?? reference;
        return new Verdict(MathAnswer.Equal(answer, gold), MathAnswer.Plain(answer));
    }

    private static string? Expression(string text)
    {
        var final = Answers.Final(text);
        if (final.Length == 0)
            return null;
        if (Marks.Boxed(final) is { } boxed)
            return boxed;
        if (Marks.Said(final) is { } said)
            return FirstSentence(said);
        return final.Length <= LongestBareAnswer && !final.Contains('\n') ? final : null;
    }

    // Up to the end of the line or of the sentence; a formula between dollars is the answer, whatever follows it.
    private static string FirstSentence(string text)
    {
        text = text.Trim();
        if (text.StartsWith('$') && text.IndexOf('$', 1) is var close and > 1 && !char.IsDigit(text[1]))
            return text[1..close];
        var line = text.Split('\n')[0];
        var stop = line.IndexOf(". ", StringComparison.Ordinal);
        return stop >= 0 ? line[..stop] : line;
    }
}
