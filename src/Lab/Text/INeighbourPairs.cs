namespace Bench.Lab.Text;

/// <summary>Which neighbours may be joined, and which come first.</summary>
internal interface INeighbourPairs
{
    /// <summary>
    /// Whether two neighbours may be joined; those of the lowest rank come first, the leftmost of equals.
    /// </summary>
    bool TryJoin(int left, int right, out int rank, out int joined);
}
