using System.Security.Cryptography;
using System.Text;
using Bench.Lab.Tensors;

namespace Bench.Lab.Signals;

/// <summary>
/// Sequences and top-k signals on disk: a magic word with the version, the content, and its SHA-256. Little-endian throughout.
/// </summary>
internal static class SignalFile
{
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

    private static void Write(string path, byte[] magic, Action<BinaryWriter> content)
    {
        var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory, Encoding.UTF8, leaveOpen: true)) content(writer);
        using var stream = File.Create(path);
        stream.Write(magic);
        stream.Write(SHA256.HashData(memory.GetBuffer().AsSpan(0, (int)memory.Length)));
        memory.WriteTo(stream);
    }

    private static T Read<T>(string path, byte[] magic, Func<BinaryReader, T> content)
    {
        var bytes = File.ReadAllBytes(path);
        var start = magic.Length + SHA256.HashSizeInBytes;
        if (bytes.Length < start || !bytes.AsSpan(0, magic.Length).SequenceEqual(magic))
            throw new LabException($"{path}: not a signal file of this version; delete the store's entry and run again");
        if (!SHA256.HashData(bytes.AsSpan(start)).AsSpan().SequenceEqual(bytes.AsSpan(magic.Length, SHA256.HashSizeInBytes)))
            throw new LabException($"{path}: damaged (its checksum does not match); delete the store's entry and run again");
        using var reader = new BinaryReader(new MemoryStream(bytes, start, bytes.Length - start));
        return content(reader);
    }
}
