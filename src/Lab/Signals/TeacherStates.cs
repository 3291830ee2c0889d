using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Bench.Lab.Tensors;

namespace Bench.Lab.Signals;

/// <summary>
/// Rows of a teacher's activations for every token that it processed, on disk in half precision: [processed tokens ·
/// width] a sequence.
/// </summary>
internal sealed class TeacherStates : IDisposable
{
    private const int Kind = 3;

    private readonly BlockFile.Reader reader;

    internal TeacherStates(string path)
    {
        reader = new BlockFile.Reader(path, Kind);
        Width =
            reader.Header.Length == sizeof(int)
                ? BinaryPrimitives.ReadInt32LittleEndian(reader.Header)
                : throw reader.Broken("not a header of teacher states");
    }

    /// <summary>Values of a token.</summary>
    internal int Width { get; }

    internal int Count => reader.Count;

    /// <exception cref="LabException">The block is damaged or has another length.</exception>
    internal void Read(int sequence, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<byte, Half>(reader.Read(sequence));
        if (halves.Length != values.Length)
            throw reader.Broken($"sequence {sequence} has {halves.Length} values, not {values.Length}");
        for (var i = 0; i < halves.Length; i++)
            values[i] = (float)halves[i];
    }

    public void Dispose() => reader.Dispose();

    internal sealed class Writer : IDisposable
    {
        private readonly BlockFile.Writer writer;

        internal Writer(string path, int count, int width)
        {
            var header = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(header, width);
            writer = new BlockFile.Writer(path, Kind, header, count);
        }

        internal void Write(int sequence, ReadOnlySpan<float> values)
        {
            var halves = new Half[values.Length];
            for (var i = 0; i < halves.Length; i++)
                halves[i] = (Half)values[i];
            writer.Write(sequence, MemoryMarshal.AsBytes(halves.AsSpan()));
        }

        internal void Complete() => writer.Complete();

        public void Dispose() => writer.Dispose();
    }
}
