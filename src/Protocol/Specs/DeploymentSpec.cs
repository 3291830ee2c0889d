using Bench.Protocol.Tasks;

namespace Bench.Protocol.Specs;

/// <summary>That students are measured in use as well: in each format, how fast they write and what that takes.</summary>
/// <param name="Tokens">New tokens of each timed response.</param>
public sealed record DeploymentSpec(int Tokens)
{
    /// <summary>Sequences that are written together, beside one alone.</summary>
    public const int Batch = 16;

    /// <summary>Tokens of the prompt before the first token.</summary>
    public const int Prompt = 16;

    /// <summary>Whether an experiment's models answer items that are right or wrong.</summary>
    public static bool Suits(ExperimentSpec spec) => spec.Tasks.All(task => task.Task is SolvableTask);
}
