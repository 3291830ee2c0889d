using Bench.Protocol.Reading;
using Bench.Protocol.Shapes;

namespace Bench.Protocol.Specs;

/// <summary>
/// Training here on the tasks' gold solutions: a teacher's, or the weights' that a student starts from.
/// </summary>
public sealed record GoldTraining : OptimiserSpec, IHasInputs
{
    [Key("on", "the text that it is trained on")]
    public TrainingText On { get; init; }

    /// <summary>How many tokens it is trained on, padding and prompts included.</summary>
    [Key("tokens", "tokens that it is trained on, padding and prompts included", Low = 1, High = 1e15)]
    public required double Tokens { get; init; }

    /// <summary>The tasks that it is trained on, by name, in equal shares; null for all of the experiment's.</summary>
    [Key("tasks", "the tasks that it is trained on, by name", Default = "all")]
    public IReadOnlyList<string>? Tasks { get; init; }

    /// <summary>
    /// The share of a perceptron's hidden units that is left out of each step (Srivastava et al. 2014).
    /// </summary>
    [Key(
        "dropout",
        "share of a perceptron's hidden units that is left out of each step",
        Low = 0,
        High = 0.95,
        Neutral = 0
    )]
    public double Dropout { get; init; }

    /// <summary>By how many pixels a perceptron's images are moved at most, in each direction.</summary>
    [Key("jitter", "pixels by which a perceptron's images are moved at most", Low = 0, High = 8, Neutral = 0)]
    public int Jitter { get; init; }

    /// <summary>Its shape.</summary>
    public ModelShape Model { get; init; } = ModelShape.Unknown;

    /// <summary>How it is trained.</summary>
    public OptimiserSpec Optimiser => this;

    /// <inheritdoc/>
    public Inputs Inputs => new() { Inputs.Of(this), { "model", Model.Inputs } };

    /// <summary>Whether it is trained on a task.</summary>
    public bool Covers(TaskSpec task) => Tasks is null || Tasks.Contains(task.Name);

    /// <summary>
    /// Reads it for a model, null where that could not be read; what goes with perceptrons alone is refused for others.
    /// </summary>
    internal static GoldTraining Read(SpecMapping section, ModelShape? model)
    {
        var training = section.Read<GoldTraining>() with { Model = model ?? ModelShape.Unknown };
        foreach (var key in (string[])["dropout", "jitter"])
            if (model is { Hidden: null } && section.Has(key))
                section.Note(
                    new SpecException(section.LocationOfKey(key), $"'{key}' goes with perceptrons", $"remove {key}")
                );
        section.Close();
        return training;
    }
}
