using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs;

/// <summary>Training here on the tasks' gold solutions: a teacher's, or that of the weights which a student starts from.</summary>
/// <param name="Tokens">How many tokens it is trained on, padding and prompts included.</param>
/// <param name="Model">Its shape.</param>
/// <param name="Optimiser">How it is trained.</param>
/// <param name="Dropout">The share of a perceptron's hidden units that is left out of each step (Srivastava et al. 2014).</param>
/// <param name="Jitter">By how many pixels a perceptron's images are moved at most, in each direction.</param>
public sealed record GoldTraining(
    double Tokens, ModelShape Model, OptimiserSpec Optimiser,
    double Dropout = 0,
    int Jitter = 0)
{
    /// <summary>The tasks that it is trained on, by name, in equal shares; null for all of the experiment's.</summary>
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>What the trained weights depend on.</summary>
    public Inputs Inputs => new()
    {
        { "on", "gold-traces" },
        { "tokens", Tokens },
        { "dropout", Dropout == 0 ? null : Dropout },
        { "jitter", Jitter == 0 ? null : Jitter },
        { "tasks", Tasks },
        { "model", Model.Inputs },
        Optimiser.Inputs,
    };

    /// <summary>Whether it is trained on a task.</summary>
    public bool Covers(TaskSpec task) => Tasks is null || Tasks.Contains(task.Name);
}
