namespace Bench.Lab.Text;

/// <summary>
/// Joins neighbours of a sequence pair by pair, in the order of their ranks, until none can be joined: what every kind
/// of byte-pair encoding does.
/// </summary>
internal static class NeighbourPairs
{
    /// <summary>The symbols that are left; in O(n log n).</summary>
    internal static int[] Joined<T>(List<int> symbols, T pairs)
        where T : struct, INeighbourPairs
    {
        var ids = symbols.ToArray();
        if (ids.Length < 2)
            return ids;
        var (next, previous, queue) = (new int[ids.Length], new int[ids.Length], new PriorityQueue<Pair, long>());
        for (var i = 0; i < ids.Length; i++)
            (next[i], previous[i]) = (i + 1 < ids.Length ? i + 1 : -1, i - 1);
        void Consider(int left)
        {
            if (left < 0 || next[left] < 0)
                return;
            if (pairs.TryJoin(ids[left], ids[next[left]], out var rank, out var joined))
                queue.Enqueue(new Pair(left, ids[left], ids[next[left]], joined), ((long)rank << 32) | (uint)left);
        }

        for (var i = 0; i + 1 < ids.Length; i++)
            Consider(i);
        while (queue.TryDequeue(out var pair, out _))
        {
            // One of the two may have been joined with another since.
            var (left, right) = (pair.At, next[pair.At]);
            if (right < 0 || ids[left] != pair.Left || ids[right] != pair.Right)
                continue;
            ids[left] = pair.Joined;
            ids[right] = -1;
            next[left] = next[right];
            if (next[right] >= 0)
                previous[next[right]] = left;
            next[right] = -1;
            Consider(previous[left]);
            Consider(left);
        }

        return [.. ids.Where(id => id >= 0)];
    }

    private readonly record struct Pair(int At, int Left, int Right, int Joined);
}
