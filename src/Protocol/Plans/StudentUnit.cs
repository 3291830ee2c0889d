using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Trains a student by one method under one budget, and measures it. Without a method the student stays untrained.</summary>
public sealed record StudentUnit : UnitOfWork
{
    public const string Untrained = "untrained";

    public required StudentSpec Student { get; init; }

    public required MethodSpec? Method { get; init; }

    public required Budget? Budget { get; init; }

    public required long Seed { get; init; }

    public string MethodName => Method?.Name ?? Untrained;
}
