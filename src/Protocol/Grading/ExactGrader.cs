namespace Bench.Protocol.Grading;

/// <summary>The final answer must be the reference, runs of white space taken as one.</summary>
public sealed class ExactGrader : IGrader
{
    /// <inheritdoc/>
    public Verdict Grade(string response, string reference)
    {
        var answer = Plain(Answers.Final(response));
        return new Verdict(answer == Plain(Answers.Final(reference)), answer.Length > 0 ? answer : null);
    }

    private static string Plain(string text) =>
        string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
