namespace Bench.Protocol.Tasks;

/// <summary>The length of an example.</summary>
/// <param name="Processed">Tokens that a model processes.</param>
/// <param name="Response">Those of them whose prediction carries loss.</param>
public readonly record struct SampleLength(int Processed, int Response);
