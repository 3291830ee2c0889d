namespace Bench.Protocol.Plans;

/// <summary>Batches of sequences of like length, so that little is padded.</summary>
public static class LengthBuckets
{
    /// <summary>
    /// How many batches are sorted by length together: many enough for little padding, few enough to keep the order
    /// random.
    /// </summary>
    public const int Window = 16;

    /// <summary>
    /// Splits a window of sequences into batches of at most <paramref name="batch"/> members with neighbouring lengths.
    /// Ties keep the given order.
    /// </summary>
    /// <returns>For each batch, the indices of its members.</returns>
    public static IReadOnlyList<int[]> Arrange(IReadOnlyList<int> lengths, int batch) =>
        [.. Enumerable.Range(0, lengths.Count).OrderBy(i => lengths[i]).Chunk(batch)];
}
