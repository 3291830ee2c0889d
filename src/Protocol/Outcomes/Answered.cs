namespace Bench.Protocol.Outcomes;

/// <summary>The response to one item, for people to read.</summary>
public sealed record Answered(int Item, string Prompt, string Reference, string Response);
