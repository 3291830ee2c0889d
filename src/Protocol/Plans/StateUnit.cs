using Bench.Protocol.Signals;

namespace Bench.Protocol.Plans;

/// <summary>Has a teacher read its own text and keeps its activations at one layer.</summary>
public sealed record StateUnit : UnitOfWork
{
    public required Keep Keep { get; init; }

    /// <summary>The layer, from 1.</summary>
    public required int Layer { get; init; }

    /// <summary>Whether it keeps queries, keys and values of the layer's attention; else the layer's output.</summary>
    public required bool Attention { get; init; }
}
