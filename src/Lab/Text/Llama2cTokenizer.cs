using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>
/// The tokenizer of llama2.c (tokenizer.bin): byte-pair encoding by score over UTF-8 pieces with a fallback to single
/// bytes, as SentencePiece does it. A text is given a leading space; a piece's leading space is dropped after the begin
/// token.
/// </summary>
public sealed class Llama2cTokenizer : ITokenizer
{
    internal const string FileName = "tokenizer.bin";
    private const int FirstByte = 3;
    private const string BeginName = "<s>";

    /// <summary>How SentencePiece spells a space.</summary>
    private const char Space = '\u2581';

    private readonly byte[] file;
    private readonly byte[][] pieces;
    private readonly float[] scores;
    private readonly Dictionary<string, int> byPiece = new(StringComparer.Ordinal);

    private Llama2cTokenizer(byte[] file, int size, string path)
    {
        this.file = file;
        (pieces, scores) = (new byte[size][], new float[size]);
        var at = sizeof(int);
        for (var token = 0; token < size; token++)
        {
            if (at + 8 > file.Length)
                throw new LabException($"{path}: ends after {token} of {size} pieces");
            scores[token] = BinaryPrimitives.ReadSingleLittleEndian(file.AsSpan(at));
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4));
            at += 8;
            if (length < 0 || length > file.Length - at)
                throw new LabException($"{path}: piece {token} has length {length}");
            pieces[token] = file.AsSpan(at, length).ToArray();
            at += length;
            byPiece.TryAdd(Key(pieces[token]), token);
        }
    }

    public int Size => pieces.Length;

    public int? Begin => 1;

    /// <summary>llama2.c's training data separates stories by the begin token.</summary>
    public int End => 1;

    /// <summary>Reads a tokenizer of a model with that many tokens.</summary>
    /// <exception cref="LabException">The file is not such a tokenizer.</exception>
    public static Llama2cTokenizer Load(string path, int size)
    {
        LfsPointer.Refuse(path);
        return new(File.ReadAllBytes(path), size, path);
    }

    public int[] Encode(string text)
    {
        if (text.Length == 0)
            return [];
        var tokens = new List<int>();
        if (byPiece.TryGetValue(" ", out var space))
            tokens.Add(space);
        foreach (var rune in text.EnumerateRunes())
        {
            var bytes = Encoding.UTF8.GetBytes(rune.ToString());
            if (byPiece.TryGetValue(Key(bytes), out var token))
                tokens.Add(token);
            else
                tokens.AddRange(bytes.Select(value => FirstByte + value));
        }

        return NeighbourPairs.Joined(tokens, new Scored(this));
    }

    public string Decode(IReadOnlyList<int> tokens)
    {
        var bytes = new List<byte>();
        var afterBegin = true;
        foreach (var token in tokens)
        {
            if (token is 1 or 2)
            {
                afterBegin = true;
                continue;
            }

            var piece = pieces[token].AsSpan();
            if (afterBegin && piece.Length > 0 && piece[0] == ' ')
                piece = piece[1..];
            afterBegin = false;
            if (ByteOf(piece) is { } single)
                bytes.Add(single);
            else
                bytes.AddRange(piece);
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    public byte[] BytesOf(int token) =>
        token is 1 or 2 ? []
        : ByteOf(pieces[token]) is { } single ? [single]
        : pieces[token];

    public void Save(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, FileName), file);
        string[] tokens =
        [
            "<unk>",
            BeginName,
            "</s>",
            .. pieces.Skip(FirstByte).Select(piece => Encoding.UTF8.GetString(piece).Replace(' ', Space)),
        ];
        var known = tokens.ToHashSet(StringComparer.Ordinal);
        new TokenizerExport
        {
            Tokens = tokens,
            Added = [(tokens[0], true), (tokens[1], true), (tokens[2], true)],
            Begin = BeginName,
            End = BeginName,
            // Whatever two tokens a piece can be joined from: the piece with the highest score comes first.
            Merges =
            [
                .. Enumerable
                    .Range(FirstByte, tokens.Length - FirstByte)
                    .Where(token => tokens[token].Length > 1)
                    .OrderByDescending(token => scores[token])
                    .SelectMany(token =>
                        Enumerable
                            .Range(1, tokens[token].Length - 1)
                            .Select(at => (tokens[token][..at], tokens[token][at..]))
                            .Where(pair => known.Contains(pair.Item1) && known.Contains(pair.Item2))
                    ),
            ],
            Normaliser = TokenizerExport.Sequence(
                "normalizers",
                TokenizerExport.Section("Prepend", ("prepend", Space.ToString())),
                Replace(' ', Space)
            ),
            Decoder = TokenizerExport.Sequence(
                "decoders",
                Replace(Space, ' '),
                TokenizerExport.Section("ByteFallback"),
                TokenizerExport.Section("Fuse"),
                TokenizerExport.Section("Strip", ("content", " "), ("start", 1), ("stop", 0))
            ),
            ByteFallback = true,
        }.Write(folder);
    }

    private static System.Text.Json.Nodes.JsonObject Replace(char from, char to) =>
        TokenizerExport.Section(
            "Replace",
            ("pattern", new System.Text.Json.Nodes.JsonObject { ["String"] = from.ToString() }),
            ("content", to.ToString())
        );

    // The pair whose union has the highest score comes first.
    private readonly struct Scored(Llama2cTokenizer tokenizer) : INeighbourPairs
    {
        public bool TryJoin(int left, int right, out int rank, out int joined)
        {
            var found = tokenizer.byPiece.TryGetValue(
                Key([.. tokenizer.pieces[left], .. tokenizer.pieces[right]]),
                out joined
            );
            rank = found ? Falling(tokenizer.scores[joined]) : 0;
            return found;
        }

        // Whole numbers in the opposite order of the scores: the bits of a float rise with it, and fall where it is
        // negative.
        private static int Falling(float score)
        {
            var bits = BitConverter.SingleToInt32Bits(score);
            return ~(bits < 0 ? int.MinValue - bits : bits);
        }
    }

    // Pieces are bytes; as Latin-1 they are text that a dictionary can hold.
    private static string Key(byte[] piece) => Encoding.Latin1.GetString(piece);

    // A byte's piece is spelt <0x0A>.
    private static byte? ByteOf(ReadOnlySpan<byte> piece) =>
        piece.Length == 6
        && piece.StartsWith("<0x"u8)
        && byte.TryParse(
            Encoding.ASCII.GetString(piece[3..5]),
            NumberStyles.HexNumber,
            CultureInfo.InvariantCulture,
            out var value
        )
            ? value
            : null;
}
