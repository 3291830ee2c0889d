namespace Bench.Protocol.Outcomes;

/// <summary>How a unit ended.</summary>
public enum UnitStatus
{
    Ok,

    Failed,

    Refused,
}
