using System.Text.RegularExpressions;

namespace Bench.Protocol.Grading;

/// <summary>
/// One of several choices by its letter, A to J: boxed, after words like "answer is", in brackets, or alone.
/// </summary>
public sealed partial class ChoiceGrader : IGrader
{
    /// <inheritdoc/>
    public Verdict Grade(string response, string reference)
    {
        var (answer, gold) = (Letter(Answers.Final(response)), Letter(Answers.Final(reference)));
        return new Verdict(answer is not null && answer == gold, answer);
    }

    // The surest way of saying it that occurs counts, and of that the last.
    private static string? Letter(string text)
    {
        if (Marks.Boxed(text) is { } boxed && Inside().Match(boxed) is { Success: true } inside)
            return inside.Groups[1].Value.ToUpperInvariant();
        foreach (var way in (Regex[])[Said(), Bracketed(), Alone()])
        {
            if (way.Matches(text) is { Count: > 0 } found)
                return found[^1].Groups[1].Value.ToUpperInvariant();
        }

        return null;
    }

    [GeneratedRegex(
        @"^\s*(?:\\(?:text|textbf|mathrm|mathbf)\s*\{)?\s*\(?\s*([A-Ja-j])\s*[).:]?",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Inside();

    [GeneratedRegex(
        @"(?i:answer|choice|option)(?:\s+(?i:is|would\s+be))?\s*[:=]?\s*\**\s*\(?\s*\**([A-J])\b",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Said();

    [GeneratedRegex(@"\(([A-J])\)", RegexOptions.CultureInvariant)]
    private static partial Regex Bracketed();

    [GeneratedRegex(@"^\s*\**([A-J])\**\s*(?:[.):]|$)", RegexOptions.CultureInvariant | RegexOptions.Multiline)]
    private static partial Regex Alone();
}
