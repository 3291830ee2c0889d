namespace Bench.Protocol.Specs;

/// <summary>What the student learns from.</summary>
public enum SignalKind
{
    /// <summary>The teacher's text.</summary>
    Text,

    /// <summary>The teacher's k largest probabilities at each token of its text.</summary>
    TopK,

    /// <summary>The task's own solutions: no teacher.</summary>
    Gold,
}

/// <summary>Which part of a solution the student learns.</summary>
public enum Keep
{
    Answer,

    Trace,
}

/// <summary>A way to train a student: a distillation method, or a baseline without a teacher.</summary>
public sealed record MethodSpec
{
    public required string Name { get; init; }

    public required SignalKind Signal { get; init; }

    /// <summary>cross-entropy or forward-kl.</summary>
    public required string Objective { get; init; }

    public required Keep Keep { get; init; }

    /// <summary>Temperature of a divergence.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Entries of a top-k signal.</summary>
    public int K { get; init; }

    /// <summary>The student's learning rate, where the method has its own.</summary>
    public double? LearningRate { get; init; }

    public bool IsBaseline => Signal == SignalKind.Gold;
}
