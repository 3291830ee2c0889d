namespace Bench.Protocol.Grading;

/// <summary>
/// Where a response's parts begin and end. A response is an answer, or reasoning between think tags and then an answer.
/// </summary>
public static class Answers
{
    public const string ThinkOpen = "<think>";
    public const string ThinkClose = "</think>";

    /// <summary>The response that shows its reasoning.</summary>
    public static string WithReasoning(string reasoning, string answer) => ThinkOpen + reasoning + ThinkClose + answer;

    /// <summary>
    /// The text after the last closing think tag, or everything where there is none. A response that opens its
    /// reasoning and never closes it has no final answer: the result is empty.
    /// </summary>
    public static string Final(string response)
    {
        var end = response.LastIndexOf(ThinkClose, StringComparison.Ordinal);
        if (end >= 0)
            return response[(end + ThinkClose.Length)..].Trim();
        return response.Contains(ThinkOpen, StringComparison.Ordinal) ? "" : response.Trim();
    }

    /// <summary>
    /// The text between the first opening and the last closing think tag; empty where there are none.
    /// </summary>
    public static string Reasoning(string response)
    {
        var (start, end) = (
            response.IndexOf(ThinkOpen, StringComparison.Ordinal),
            response.LastIndexOf(ThinkClose, StringComparison.Ordinal)
        );
        return start >= 0 && end > start ? response[(start + ThinkOpen.Length)..end] : "";
    }
}
