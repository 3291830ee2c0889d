using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;

namespace Bench.Lab.Training;

/// <summary>
/// An endless order of batches: each epoch is shuffled, windows of it are sorted by length into batches, and those are
/// shuffled.
/// </summary>
internal static class BatchOrder
{
    internal static IEnumerable<int[]> Endless(IReadOnlyList<int> lengths, int batch, Seed seed)
    {
        var random = seed.Stream("batches");
        while (true)
        {
            foreach (var window in random.Permutation(lengths.Count).Chunk(LengthBuckets.Window * batch))
            {
                var batches = LengthBuckets.Arrange([.. window.Select(i => lengths[i])], batch);
                foreach (var at in random.Permutation(batches.Count))
                    yield return [.. batches[at].Select(place => window[place])];
            }
        }
    }
}
