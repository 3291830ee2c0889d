namespace Bench.Protocol.Outcomes;

/// <summary>Scores of the items of one task by one metric, in the order of the items.</summary>
public sealed record TaskScores(string Task, string Metric, IReadOnlyList<double> Items);
