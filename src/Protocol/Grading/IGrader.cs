namespace Bench.Protocol.Grading;

/// <summary>Finds the final answer of a response and compares it with a reference.</summary>
public interface IGrader
{
    /// <summary>Grades a response.</summary>
    /// <param name="response">All that a model wrote.</param>
    /// <param name="reference">The gold answer, or a gold solution that ends in one.</param>
    Verdict Grade(string response, string reference);
}
