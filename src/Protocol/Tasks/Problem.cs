namespace Bench.Protocol.Tasks;

/// <summary>One problem of a task with its gold solution, all text.</summary>
/// <param name="Prompt">The text that the model is given.</param>
/// <param name="Reasoning">The gold reasoning, step by step.</param>
/// <param name="Answer">The gold answer.</param>
public sealed record Problem(string Prompt, string Reasoning, string Answer)
{
    /// <summary>Whether the prompt is a user's message, to be put in a model's chat template.</summary>
    public bool IsMessage { get; init; }

    /// <summary>The most tokens of a response; 0 where the gold solution's length decides.</summary>
    public int Limit { get; init; }
}
