using System.Text.Json.Serialization;

namespace Bench.Protocol.Outcomes;

/// <summary>Scores of the items of one task by one metric, in the order of the items.</summary>
public sealed record TaskScores(string Task, string Metric, IReadOnlyList<double> Items)
{
    /// <summary>
    /// The first few items as they were answered; null where nothing was written, and beside all metrics but a task's
    /// first.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Answered>? Answers { get; init; }
}
