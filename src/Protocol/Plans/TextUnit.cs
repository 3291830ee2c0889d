using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>Has a teacher write responses to each training prompt, and keeps those that its sampling selects.</summary>
public sealed record TextUnit : UnitOfWork
{
    public required TeacherSpec Teacher { get; init; }

    public required SamplingSpec Sampling { get; init; }
}
