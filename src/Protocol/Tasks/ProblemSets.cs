using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Tasks;

/// <summary>
/// Distinct problems of one split. A prompt's split depends on its text alone, so no training problem can turn up in a
/// test.
/// </summary>
public static class ProblemSets
{
    /// <summary>The split of a prompt, from its SHA-256: 20% test, 10% validation, 70% train.</summary>
    public static Split SplitOf(string prompt) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(prompt))) % 100) switch
        {
            < 20 => Split.Test,
            < 30 => Split.Validation,
            _ => Split.Train,
        };

    /// <summary>
    /// Up to <paramref name="count"/> problems of a split with different prompts, in a fixed order; fewer where the
    /// task has no more.
    /// </summary>
    public static IReadOnlyList<Problem> Draw(ProceduralTask task, Split split, int count, Seed seed)
    {
        var random = seed.Stream($"problems/{split}");
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var problems = new List<Problem>(count);
        // A task with few distinct prompts runs dry: long without a new one means there is none left worth waiting for.
        for (var sinceLast = 0; problems.Count < count && sinceLast < 20_000; sinceLast++)
        {
            var problem = task.Draw(random);
            if (SplitOf(problem.Prompt) != split || !seen.Add(problem.Prompt))
                continue;
            problems.Add(problem);
            sinceLast = 0;
        }

        return problems;
    }
}
