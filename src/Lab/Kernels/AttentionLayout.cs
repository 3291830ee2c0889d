namespace Bench.Lab.Kernels;

/// <summary>
/// How queries, keys and values lie in the rows of the joint projection: all query heads, all key heads, all value
/// heads.
/// </summary>
internal sealed record AttentionLayout(int Heads, int KeyValueHeads, int HeadWidth)
{
    /// <summary>Query heads that share one key-value head.</summary>
    internal int Group => Heads / KeyValueHeads;

    internal int Row => (Heads + 2 * KeyValueHeads) * HeadWidth;

    internal float Scale { get; } = 1 / MathF.Sqrt(HeadWidth);
}
