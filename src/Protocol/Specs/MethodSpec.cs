using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs;

/// <summary>A way to train a student: a distillation method, or a baseline without a teacher.</summary>
public sealed record MethodSpec
{
    /// <summary>The names in files of what is kept of a solution.</summary>
    public static Choices<Keep> Keeps { get; } = new(("answer", Keep.Answer), ("trace", Keep.Trace));

    /// <summary>The names in files of the ways to choose prompts.</summary>
    public static Choices<PromptChoice> PromptChoices { get; } =
        new(("first", PromptChoice.First), ("random", PromptChoice.Random), ("least-confident", PromptChoice.LeastConfident));

    public required string Name { get; init; }

    public required SignalKind Signal { get; init; }

    /// <summary>One of <see cref="ObjectiveCatalogue"/>.</summary>
    public required string Objective { get; init; }

    public required Keep Keep { get; init; }

    /// <summary>Temperature of a divergence.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Entries of a top-k or sampled signal at each token.</summary>
    public int K { get; init; }

    /// <summary>Draws of a sampled signal come from the teacher's probabilities to this power, made to sum to 1.</summary>
    public double Proposal { get; init; } = 1;

    /// <summary>The teacher's weight in the mixture of jsd.</summary>
    public double Beta { get; init; }

    /// <summary>The skew of skew-kl and skew-reverse-kl.</summary>
    public double Alpha { get; init; }

    /// <summary>The share of cross-entropy on the text in the loss, 0 to 1.</summary>
    public double CrossEntropyWeight { get; init; }

    /// <summary>The weight of the rationale's loss beside the label's.</summary>
    public double RationaleWeight { get; init; } = 1;

    /// <summary>The share of batches that are the student's own text; the others are the teacher's (GKD's λ).</summary>
    public double Lambda { get; init; } = 1;

    /// <summary>How many of the student's own texts are kept for replay; 0 for none.</summary>
    public int Replay { get; init; }

    /// <summary>The share of on-policy batches that are newly written; the others are replayed.</summary>
    public double Fresh { get; init; } = 1;

    /// <summary>The teacher's share in the distribution from which the student's text is drawn.</summary>
    public double TeacherMix { get; init; }

    /// <summary>Relation heads of attention-relations.</summary>
    public int RelationHeads { get; init; }

    /// <summary>The layer, from 1, whose output or whose attention is matched; 0 until it is known.</summary>
    public int StudentLayer { get; init; }

    /// <summary>The teacher's layer, from 1; 0 until it is known.</summary>
    public int TeacherLayer { get; init; }

    /// <summary>How the teacher writes for this method, where it has its own way.</summary>
    public SamplingSpec? Sampling { get; init; }

    /// <summary>The student's learning rate, where the method has its own.</summary>
    public double? LearningRate { get; init; }

    /// <summary>Shares of the prompts by task; tasks that are not named divide what is left evenly. Null for equal shares.</summary>
    public IReadOnlyDictionary<string, double>? Shares { get; init; }

    /// <summary>The share of prompts whose response is the gold solution instead of the teacher's: original data.</summary>
    public double GoldShare { get; init; }

    /// <summary>How the prompts are chosen that a budget in queries pays for.</summary>
    public PromptChoice Choose { get; init; }

    /// <summary>The teachers that it learns from, by name; null for all of the experiment's. No part of what the method is.</summary>
    public IReadOnlyList<string>? Teachers { get; init; }

    /// <summary>Where the method stands in the file; no part of what it is.</summary>
    public SourceLocation? Location { get; init; }

    /// <summary>What a student that learns by it depends on. Which teachers it learns from is no part of what it is.</summary>
    public Inputs Inputs => new()
    {
        { "name", Name },
        { "objective", Objective },
        { "signal", ObjectiveCatalogue.NameOf(Signal) },
        { "keep", Keeps.NameOf(Keep) },
        { "temperature", ObjectiveCatalogue.IsTempered(Objective) ? Temperature : null },
        { "k", K == 0 ? null : K },
        { "proposal", Signal == SignalKind.Sampled ? Proposal : null },
        { "beta", Beta == 0 ? null : Beta },
        { "alpha", Alpha == 0 ? null : Alpha },
        { "cross-entropy-weight", CrossEntropyWeight == 0 ? null : CrossEntropyWeight },
        { "rationale-weight", Objective == "rationale-multitask" ? RationaleWeight : null },
        { "lambda", Signal == SignalKind.OnPolicy ? Lambda : null },
        { "replay", Replay == 0 ? null : Replay },
        { "fresh", Replay == 0 ? null : Fresh },
        { "teacher-mix", TeacherMix == 0 ? null : TeacherMix },
        { "relation-heads", RelationHeads == 0 ? null : RelationHeads },
        { "student-layer", StudentLayer == 0 ? null : StudentLayer },
        { "teacher-layer", TeacherLayer == 0 ? null : TeacherLayer },
        { "sampling", Sampling?.Inputs },
        { "learning-rate", LearningRate },
        { "shares", Shares is null ? null : PromptShares.Inputs(Shares) },
        { "gold-share", GoldShare == 0 ? null : GoldShare },
        { "choose", Choose == PromptChoice.First ? null : PromptChoices.NameOf(Choose) },
    };

    /// <summary>Whether it learns from a teacher.</summary>
    public bool LearnsFrom(TeacherSpec teacher) => !IsBaseline && (Teachers is null || Teachers.Contains(teacher.Name));

    public bool IsBaseline => Signal == SignalKind.Gold;

    /// <summary>Whether the teacher must give more than text.</summary>
    public bool NeedsProbabilities => Signal is SignalKind.TopK or SignalKind.Sampled or SignalKind.Hidden or SignalKind.OnPolicy;

    /// <summary>Whether the loss pairs the teacher's tokens with the student's.</summary>
    public bool NeedsSameTokens => NeedsProbabilities && Objective != "uld";
}
