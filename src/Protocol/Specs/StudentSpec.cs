namespace Bench.Protocol.Specs;

/// <summary>A student by name.</summary>
public sealed record StudentSpec(string Name, ModelShape Model);
