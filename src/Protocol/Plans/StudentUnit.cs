namespace Bench.Protocol.Plans;

/// <summary>A student whose result is recorded.</summary>
public sealed record StudentUnit : TrainingUnit
{
    public const string Untrained = "untrained";

    public string MethodName => Method?.Name ?? Untrained;
}
