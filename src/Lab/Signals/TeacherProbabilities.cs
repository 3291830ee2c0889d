using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Bench.Lab.Tensors;

namespace Bench.Lab.Signals;

/// <summary>
/// A teacher's probabilities of k tokens at each response token, on disk: 4k bytes a token. An entry is a 32-bit word
/// with the token in its low bits (as many as the vocabulary needs) and −ln(value) in the others, in steps of 32 nats
/// over their range: at a vocabulary of 151,936 the value has 14 bits, a relative error of at most 0.1%.
/// </summary>
/// <remarks>
/// Top-k entries are in falling order, and what they lack to 1 is the mass of all other tokens. The first word's value
/// is that rest rather than the first probability, which is what is left: so neither a small tail nor a probability
/// near 1 loses its precision. Sampled entries are draws with their importance weights; 1/k, the weight of a plain
/// draw, is held exactly.
/// </remarks>
internal sealed class TeacherProbabilities : IDisposable
{
    private const int Kind = 2;
    private const int HeaderLength = 24;
    private const double Range = 32;

    private readonly BlockFile.Reader reader;
    private readonly Layout layout;

    internal TeacherProbabilities(string path)
    {
        reader = new BlockFile.Reader(path, Kind);
        var header = reader.Header.AsSpan();
        layout =
            header.Length == HeaderLength
                ? new Layout(
                    BinaryPrimitives.ReadInt32LittleEndian(header),
                    BinaryPrimitives.ReadInt32LittleEndian(header[4..]),
                    header[8] != 0
                )
                : throw reader.Broken("not a header of teacher scores");
        Temperature = BinaryPrimitives.ReadDoubleLittleEndian(header[16..]);
        if (layout.K < 1 || layout.Vocabulary < layout.K)
            throw reader.Broken("not a header of teacher scores");
    }

    /// <summary>Entries of a token.</summary>
    internal int K => layout.K;

    /// <summary>Whether entries are draws; else they are the largest probabilities.</summary>
    internal bool Sampled => layout.Sampled;

    internal double Temperature { get; }

    internal int Count => reader.Count;

    /// <summary>Tokens of the teacher.</summary>
    internal int Vocabulary => layout.Vocabulary;

    /// <summary>Fills tokens and values, [response tokens · k] each, of one sequence.</summary>
    /// <exception cref="LabException">The block is damaged or has another length.</exception>
    internal void Read(int sequence, Span<long> tokens, Span<float> values)
    {
        var words = MemoryMarshal.Cast<byte, uint>(reader.Read(sequence));
        if (words.Length != tokens.Length)
            throw reader.Broken($"sequence {sequence} has {words.Length / K} tokens, not {tokens.Length / K}");
        for (var i = 0; i < words.Length; i++)
            (tokens[i], values[i]) = (layout.TokenOf(words[i]), layout.ValueOf(words[i]));
        if (Sampled)
            return;
        for (var i = 0; i < values.Length; i += K)
        {
            var left = 1f - values[i];
            for (var j = i + 1; j < i + K; j++)
                left -= values[j];
            values[i] = left;
        }
    }

    public void Dispose() => reader.Dispose();

    /// <summary>Writes scores as a stream, sequence by sequence in any order.</summary>
    internal sealed class Writer : IDisposable
    {
        private readonly BlockFile.Writer writer;
        private readonly Layout layout;

        internal Writer(string path, int count, int k, int vocabulary, double temperature, bool sampled)
        {
            layout = new Layout(k, vocabulary, sampled);
            var header = new byte[HeaderLength];
            BinaryPrimitives.WriteInt32LittleEndian(header, k);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), vocabulary);
            header[8] = sampled ? (byte)1 : (byte)0;
            BinaryPrimitives.WriteDoubleLittleEndian(header.AsSpan(16), temperature);
            writer = new BlockFile.Writer(path, Kind, header, count);
        }

        /// <summary>
        /// Writes one sequence: tokens and values, [response tokens · k] each. Top-k entries are in falling order.
        /// </summary>
        internal void Write(int sequence, ReadOnlySpan<long> tokens, ReadOnlySpan<float> values)
        {
            var words = new uint[tokens.Length];
            for (var i = 0; i < words.Length; i++)
            {
                var value = values[i];
                if (!layout.Sampled && i % layout.K == 0)
                {
                    value = 1;
                    for (var j = i; j < i + layout.K; j++)
                        value -= values[j];
                }

                words[i] = layout.Word(tokens[i], value);
            }

            writer.Write(sequence, MemoryMarshal.AsBytes(words.AsSpan()));
        }

        internal void Complete() => writer.Complete();

        public void Dispose() => writer.Dispose();
    }

    /// <summary>How an entry is spelt in 32 bits.</summary>
    private sealed class Layout
    {
        // A table is faster than an exponential for each entry, while it is small.
        private const int LargestTable = 1 << 20;

        private readonly int tokenBits;
        private readonly uint zero;
        private readonly double ceiling;
        private readonly double unit;
        private readonly double steps;
        private readonly float[] table;

        internal Layout(int k, int vocabulary, bool sampled)
        {
            (K, Vocabulary, Sampled) = (k, vocabulary, sampled);
            tokenBits = Math.Max(1, 32 - BitOperations.LeadingZeroCount((uint)(vocabulary - 1)));
            zero = uint.MaxValue >> tokenBits;
            steps = (zero + 1.0) / Range;
            // A probability is at most 1; an importance weight in units of a plain draw's may be larger.
            (ceiling, unit) = sampled ? (8, 1.0 / k) : (0, 1);
            table =
                zero < LargestTable ? [.. Enumerable.Range(0, (int)zero + 1).Select(code => Value((uint)code))] : [];
        }

        internal int K { get; }

        internal int Vocabulary { get; }

        internal bool Sampled { get; }

        internal uint Word(long token, float value)
        {
            var code = value > 0 ? Math.Clamp(Math.Round((ceiling - Math.Log(value / unit)) * steps), 0, zero) : zero;
            return (uint)token | ((uint)code << tokenBits);
        }

        internal long TokenOf(uint word) => word & ((1u << tokenBits) - 1);

        internal float ValueOf(uint word) => table.Length > 0 ? table[word >> tokenBits] : Value(word >> tokenBits);

        private float Value(uint code) => code == zero ? 0 : (float)(Math.Exp(ceiling - code / steps) * unit);
    }
}
