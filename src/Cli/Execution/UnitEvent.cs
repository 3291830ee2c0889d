using System.Text.Json;
using System.Text.Json.Serialization;

namespace Bench.Cli.Execution;

/// <summary>A line that a worker prints: how its unit is going.</summary>
internal sealed record UnitEvent(string Stage, double Share, double? Loss, double? TokensPerSecond)
{
    /// <summary>The stage of a unit that another run computes now.</summary>
    internal const string Waiting = "waiting for another run";

    private static readonly JsonSerializerOptions Options = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    internal string ToLine() => JsonSerializer.Serialize(this, Options);

    internal static UnitEvent? FromLine(string line)
    {
        try
        {
            return line.StartsWith('{') ? JsonSerializer.Deserialize<UnitEvent>(line, Options) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
