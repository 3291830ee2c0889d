using Bench.Protocol.Seeds;

namespace Bench.Protocol.Detection;

/// <summary>
/// Which tokens are green after which: after each token a permutation of the vocabulary is drawn from the key and that
/// token, and its first part is green (Kirchenbauer et al. 2023, algorithm 2, with a context of one token).
/// </summary>
public sealed class GreenList(long key, double gamma, int vocabulary)
{
    private readonly bool[]?[] lists = new bool[vocabulary][];

    /// <summary>Tokens that are green after each token.</summary>
    public int Size { get; } = (int)Math.Round(gamma * vocabulary);

    /// <summary>For every token of the vocabulary, whether it is green after <paramref name="previous"/>.</summary>
    public ReadOnlySpan<bool> After(int previous)
    {
        if (lists[previous] is { } known)
            return known;
        var list = new bool[vocabulary];
        foreach (
            var token in new Seed(key)
                .Stream(FormattableString.Invariant($"green/{previous}"))
                .Permutation(vocabulary)
                .AsSpan(0, Size)
        )
            list[token] = true;
        return lists[previous] = list;
    }
}
