using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;

namespace Bench.Protocol.Detection;

/// <summary>
/// Strings of random tokens that a teacher's owner plants in some responses, to look for them in a student (Carlini et
/// al. 2019, The Secret Sharer).
/// </summary>
public sealed record Canaries
{
    /// <summary>The owner's key.</summary>
    [Key("key", "the owner's key", Low = 0, High = 1L << 40)]
    public required long Key { get; init; }

    /// <summary>Different canaries.</summary>
    [Key("count", "different canaries", Low = 1, High = 10_000)]
    public int Count { get; init; } = 16;

    /// <summary>The length of each.</summary>
    [Key("tokens", "length of each", Low = 1, High = 1000)]
    public int Tokens { get; init; } = 12;

    /// <summary>How many responses carry each.</summary>
    [Key("repeats", "responses that carry each", Low = 1, High = 1_000_000)]
    public int Repeats { get; init; } = 1;

    /// <summary>
    /// The canaries of a key, each token drawn evenly from the vocabulary without its first few, which are special.
    /// </summary>
    public static IReadOnlyList<int[]> Draw(long key, int count, int tokens, int vocabulary)
    {
        var random = new Seed(key).Stream("canaries");
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ =>
                    Enumerable
                        .Range(0, tokens)
                        .Select(_ => random.Between(Math.Min(3, vocabulary - 1), vocabulary - 1))
                        .ToArray()
                ),
        ];
    }

    /// <summary>
    /// The responses with the canaries in them: each in as many of them as it has repeats, at a random place, no two in
    /// the same.
    /// </summary>
    /// <exception cref="ArgumentException">There are not enough responses that are long enough.</exception>
    public IReadOnlyList<int[]> Plant(IReadOnlyList<int[]> responses, int vocabulary)
    {
        var random = new Seed(Key).Stream("places");
        var hosts = random
            .Permutation(responses.Count)
            .Where(i => responses[i].Length >= Tokens)
            .Take(Count * Repeats)
            .ToArray();
        if (hosts.Length < Count * Repeats)
            throw new ArgumentException(
                $"{Count} canaries of {Tokens} tokens in {Repeats} responses each need as many responses of that "
                    + $"length, and there are {hosts.Length}",
                nameof(responses)
            );
        var (planted, canaries) = (responses.ToArray(), Draw(Key, Count, Tokens, vocabulary));
        for (var i = 0; i < hosts.Length; i++)
        {
            var host = planted[hosts[i]] = [.. responses[hosts[i]]];
            canaries[i % Count].CopyTo(host, random.Next(host.Length - Tokens + 1));
        }

        return planted;
    }
}
