namespace Bench.Protocol.Outcomes;

/// <summary>What was written for one item, for people to read.</summary>
public sealed record Answered(int Item, string Prompt, string Reference, string Response);
