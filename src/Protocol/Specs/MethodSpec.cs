using System.Text.Json.Serialization;

namespace Bench.Protocol.Specs;

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

    [JsonIgnore]
    public bool IsBaseline => Signal == SignalKind.Gold;
}
