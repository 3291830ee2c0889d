using Bench.Protocol.Objectives;
using Bench.Protocol.Reading;
using Bench.Protocol.Signals;

namespace Bench.Protocol.Specs;

/// <summary>A way to train a student: a distillation method, or a baseline without a teacher.</summary>
public sealed record MethodSpec
{
    /// <summary>
    /// The baseline that learns the gold answers: at equal compute, the floor of the gap to the teacher.
    /// </summary>
    public const string GoldAnswers = "gold-answers";

    [Key("name", "its name in tables and figures", IsName = true, Remedy = "name the method")]
    public required string Name { get; init; }

    /// <summary>The loss.</summary>
    public required Objective Objective { get; init; }

    /// <summary>The signal that the student learns from.</summary>
    public required Signal Signal { get; init; }

    [Key("keep", "whether the student learns whole responses or their answers alone")]
    public Keep Keep { get; init; } = Keep.Trace;

    /// <summary>How the teacher writes for this method, where it has its own way.</summary>
    [Key("sampling", "how the teacher writes for this method", Default = "the teacher's")]
    public SamplingSpec? Sampling { get; init; }

    /// <summary>The student's learning rate, where the method has its own.</summary>
    [Key("learning-rate", "the student's learning rate", Low = 1e-9, High = 10, Default = "that of training")]
    public double? LearningRate { get; init; }

    /// <summary>
    /// Shares of the prompts by task; tasks that are not named divide what is left evenly. Null for equal shares.
    /// </summary>
    [Key(
        "shares",
        "shares of the prompts by task; tasks that are not named divide the rest",
        Low = 0,
        High = 1,
        Default = "equal"
    )]
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>
    /// The teachers that it learns from, by name; null for all of the experiment's. No part of what the method is.
    /// </summary>
    [Key("teachers", "the teachers that it learns from, by name", IsInput = false, Default = "all")]
    public IReadOnlyList<string>? Teachers { get; init; }

    /// <summary>Where the method stands in the file; no part of what it is.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>The inputs of a student that learns by it.</summary>
    public Inputs Inputs =>
        new()
        {
            Inputs.Of(this),
            { "objective", Objective.Name },
            Inputs.Of(Objective),
            { "signal", Signal.Name },
            Inputs.Of(Signal),
        };

    /// <summary>Whether nobody teaches: the student learns gold solutions.</summary>
    public bool IsBaseline => Signal.Asks == TeacherAccess.None;

    /// <summary>Whether the teacher must give more than text.</summary>
    public bool NeedsProbabilities => Signal.NeedsProbabilities;

    /// <summary>Whether the loss pairs the teacher's tokens with the student's.</summary>
    public bool NeedsSameTokens => Signal.NeedsProbabilities && Objective.PairsTokens;

    /// <summary>Whether each trace is two examples, one of its answer and one of its reasoning.</summary>
    public bool SplitsTraces => Objective.RationaleWeight is not null;

    /// <summary>Which part of a solution a student writes that has learnt by it.</summary>
    public Keep Answers => SplitsTraces ? Keep.Answer : Keep;

    /// <summary>The share of prompts whose response is the gold solution.</summary>
    public double GoldShare => (Signal as Responses)?.GoldShare ?? 0;

    /// <summary>How the prompts are chosen that a budget in queries pays for.</summary>
    public PromptChoice Choose => (Signal as Responses)?.Choose ?? PromptChoice.First;

    /// <summary>The share of batches that are the student's own text.</summary>
    public double OwnShare => (Signal as OnPolicy)?.Lambda ?? 0;

    /// <summary>The share of an example that the student writes anew.</summary>
    public double NewShare => (Signal as OnPolicy)?.NewShare ?? 0;

    /// <summary>The teacher's share in the distribution from which the student's text is drawn.</summary>
    public double TeacherMix => (Objective as PolicyGradient)?.TeacherMix ?? 0;

    /// <summary>Whether it learns from a teacher.</summary>
    public bool LearnsFrom(TeacherSpec teacher) => !IsBaseline && (Teachers is null || Teachers.Contains(teacher.Name));
}
