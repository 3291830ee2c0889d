using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>
/// Byte-pair encoding (Sennrich, Haddow and Birch 2016): of all neighbours the pair that was merged first in training
/// is joined first, the leftmost of equals, until none can be joined.
/// </summary>
internal sealed class BytePairs
{
    private const int CachedLength = 48;
    private const int CachedPieces = 200_000;

    private readonly Dictionary<string, int> vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> tokens;
    private readonly Dictionary<(int Left, int Right), (int Rank, int Joined)> merges = [];
    private readonly bool wholeFirst;
    private readonly int[]? byteTokens;
    private readonly int? unknown;
    private readonly bool fuseUnknown;
    private readonly ConcurrentDictionary<string, int[]> cache = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> cached;

    /// <param name="vocabulary">Tokens by what they spell.</param>
    /// <param name="pairs">Left and right of each merge, first learnt first.</param>
    /// <param name="wholeFirst">Whether a piece that is a token needs no merges (ignore_merges).</param>
    /// <param name="byteFallback">Whether a character that is no token is spelt in tokens like &lt;0x0A&gt;.</param>
    /// <param name="unknown">The token of what cannot be spelt; null for none.</param>
    /// <param name="fuseUnknown">Whether neighbouring unknown characters are one token.</param>
    /// <exception cref="LabException">A merge names what is no token.</exception>
    internal BytePairs(
        Dictionary<string, int> vocabulary,
        IEnumerable<(string Left, string Right)> pairs,
        bool wholeFirst = false,
        bool byteFallback = false,
        int? unknown = null,
        bool fuseUnknown = false
    )
    {
        (this.vocabulary, this.wholeFirst, this.unknown, this.fuseUnknown) = (
            vocabulary,
            wholeFirst,
            unknown,
            fuseUnknown
        );
        tokens = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        cached = cache.GetAlternateLookup<ReadOnlySpan<char>>();
        int Find(string token, int rank) =>
            vocabulary.TryGetValue(token, out var id)
                ? id
                : throw new LabException($"merge {rank} makes or joins '{token}', which is no token");
        var next = 0;
        foreach (var (left, right) in pairs)
        {
            merges[(Find(left, next), Find(right, next))] = (next, Find(left + right, next));
            next++;
        }

        var spelt = Enumerable
            .Range(0, 256)
            .Select(value =>
                vocabulary.GetValueOrDefault(string.Create(CultureInfo.InvariantCulture, $"<0x{value:X2}>"), -1)
            )
            .ToArray();
        byteTokens = byteFallback && spelt.All(token => token >= 0) ? spelt : null;
    }

    /// <summary>Appends the tokens of a piece of text.</summary>
    /// <exception cref="LabException">It holds what the vocabulary cannot spell.</exception>
    internal void Encode(ReadOnlySpan<char> piece, List<int> into)
    {
        if (piece.Length == 0)
            return;
        if (wholeFirst && tokens.TryGetValue(piece, out var whole))
        {
            into.Add(whole);
            return;
        }

        if (piece.Length > CachedLength)
        {
            into.AddRange(Joined(Symbols(piece)));
            return;
        }

        if (!cached.TryGetValue(piece, out var known))
        {
            known = Joined(Symbols(piece));
            if (cache.Count < CachedPieces)
                cached.TryAdd(piece, known);
        }

        into.AddRange(known);
    }

    private List<int> Symbols(ReadOnlySpan<char> piece)
    {
        var symbols = new List<int>(piece.Length);
        var afterUnknown = false;
        foreach (var rune in piece.EnumerateRunes())
        {
            var spelling = rune.ToString();
            if (vocabulary.TryGetValue(spelling, out var token))
            {
                symbols.Add(token);
                afterUnknown = false;
            }
            else if (byteTokens is not null)
            {
                foreach (var value in Encoding.UTF8.GetBytes(spelling))
                    symbols.Add(byteTokens[value]);
                afterUnknown = false;
            }
            else if (unknown is { } id)
            {
                if (!afterUnknown || !fuseUnknown)
                    symbols.Add(id);
                afterUnknown = true;
            }
            else
            {
                throw new LabException(
                    string.Create(CultureInfo.InvariantCulture, $"the vocabulary has no token for U+{rune.Value:X4}")
                );
            }
        }

        return symbols;
    }

    private int[] Joined(List<int> symbols) => NeighbourPairs.Joined(symbols, new Learnt(merges));

    // The pair that was merged first in training comes first.
    private readonly struct Learnt(Dictionary<(int Left, int Right), (int Rank, int Joined)> merges) : INeighbourPairs
    {
        public bool TryJoin(int left, int right, out int rank, out int joined)
        {
            var found = merges.TryGetValue((left, right), out var merge);
            (rank, joined) = merge;
            return found;
        }
    }
}
