namespace Bench.Protocol.Plans;

/// <summary>Has the teacher write: one response for each training prompt.</summary>
public sealed record TextUnit : UnitOfWork;
