using System.Security.Cryptography;
using System.Text;
using Bench.Lab.Tensors;

namespace Bench.Lab.Signals;

/// <summary>
/// Sequences and top-k signals on disk: a magic word with the version, the content, and its SHA-256. Little-endian throughout.
/// </summary>
internal static class SignalFile
{
    private const int Buffer = 1 << 20;

    private static readonly byte[] SequenceMagic = "BENCHSQ1"u8.ToArray();
    private static readonly byte[] TopKMagic = "BENCHTK1"u8.ToArray();

    internal static void Write(string path, IReadOnlyList<Sequence> sequences) => Write(path, SequenceMagic, writer =>
    {
        writer.Write(sequences.Count);
        foreach (var sequence in sequences)
        {
            writer.Write(sequence.Start);
            Put(writer, sequence.Tokens);
        }
    });

    internal static IReadOnlyList<Sequence> ReadSequences(string path) => Read(path, SequenceMagic, reader =>
    {
        var sequences = new Sequence[reader.ReadInt32()];
        for (var i = 0; i < sequences.Length; i++)
        {
            var start = reader.ReadInt32();
            sequences[i] = new Sequence(TakeInts(reader), start);
        }

        return sequences;
    });

    internal static void Write(string path, TopKSignal signal) => Write(path, TopKMagic, writer =>
    {
        writer.Write(signal.K);
        writer.Write(signal.Tokens.Count);
        for (var i = 0; i < signal.Tokens.Count; i++)
        {
            Put(writer, signal.Tokens[i]);
            foreach (var probability in signal.Probabilities[i]) writer.Write(probability);
        }
    });

    internal static TopKSignal ReadTopK(string path) => Read(path, TopKMagic, reader =>
    {
        var k = reader.ReadInt32();
        var count = reader.ReadInt32();
        var (tokens, probabilities) = (new int[count][], new float[count][]);
        for (var i = 0; i < count; i++)
        {
            tokens[i] = TakeInts(reader);
            probabilities[i] = new float[tokens[i].Length];
            for (var j = 0; j < probabilities[i].Length; j++) probabilities[i][j] = reader.ReadSingle();
        }

        return new TopKSignal(k, tokens, probabilities);
    });

    private static void Put(BinaryWriter writer, int[] values)
    {
        writer.Write(values.Length);
        foreach (var value in values) writer.Write(value);
    }

    private static int[] TakeInts(BinaryReader reader)
    {
        var values = new int[reader.ReadInt32()];
        for (var i = 0; i < values.Length; i++) values[i] = reader.ReadInt32();
        return values;
    }

    // The checksum follows the magic word; it is written last, when the content has passed by.
    private static void Write(string path, byte[] magic, Action<BinaryWriter> content)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.ReadWrite);
        stream.Write(magic);
        stream.Write(new byte[SHA256.HashSizeInBytes]);
        using (var writer = new BinaryWriter(new BufferedStream(stream, Buffer), Encoding.UTF8, leaveOpen: true))
        {
            content(writer);
            writer.Flush();
        }

        stream.Position = magic.Length + SHA256.HashSizeInBytes;
        var checksum = SHA256.HashData(stream);
        stream.Position = magic.Length;
        stream.Write(checksum);
    }

    private static T Read<T>(string path, byte[] magic, Func<BinaryReader, T> content)
    {
        using var stream = File.OpenRead(path);
        var head = new byte[magic.Length + SHA256.HashSizeInBytes];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length || !head.AsSpan(0, magic.Length).SequenceEqual(magic))
            throw new LabException($"{path}: not a signal file of this version; delete the store's entry and run again");
        if (!SHA256.HashData(stream).AsSpan().SequenceEqual(head.AsSpan(magic.Length)))
            throw new LabException($"{path}: damaged (its checksum does not match); delete the store's entry and run again");
        stream.Position = head.Length;
        using var reader = new BinaryReader(new BufferedStream(stream, Buffer));
        return content(reader);
    }
}
