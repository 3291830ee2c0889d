namespace Bench.Protocol.Specs;

/// <summary>What a unit of work may take, and where a cluster runs it. Nothing of it changes a result; what is not stated follows from the prediction.</summary>
public sealed record ResourcesSpec
{
    /// <summary>The longest that a unit may take; null for much longer than is predicted.</summary>
    public double? Seconds { get; init; }

    /// <summary>Memory of a unit's process on a cluster; null for what is predicted, with room.</summary>
    public double? MemoryMib { get; init; }

    /// <summary>How often a cluster tries a unit that it preempted, that took too long or too much memory, or whose node failed.</summary>
    public int Attempts { get; init; } = 3;

    public string? Partition { get; init; }

    /// <summary>Generic resources, e.g. gpu:1; null for one gpu where the experiment's device is one.</summary>
    public string? Gres { get; init; }

    /// <summary>More of sbatch's options, e.g. --account=lab.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];
}
