namespace Bench.Protocol.Plans;

/// <summary>A measured rate.</summary>
/// <param name="Width">The model's width; it has two layers.</param>
/// <param name="Size">Tokens of a step or a pass, or responses written together.</param>
/// <param name="FlopsPerSecond">FLOPs as charges count them, over measured seconds.</param>
public sealed record MeasuredRate(int Width, int Size, double FlopsPerSecond);
