using System.Text.Json.Serialization;

namespace Bench.Protocol.Outcomes;

/// <summary>The machine and the code that computed an outcome.</summary>
public sealed record Circumstances
{
    public required string StartedUtc { get; init; }

    public required double Seconds { get; init; }

    public required long? PeakRssBytes { get; init; }

    /// <summary>Read from a meter of the processor or the board; null where there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Joules { get; init; }

    public required string Device { get; init; }

    public required string Tensors { get; init; }

    public required string Commit { get; init; }

    public required bool Dirty { get; init; }
}
