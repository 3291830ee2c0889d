using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Bench.Lab.Tensors;
using Microsoft.Win32.SafeHandles;

namespace Bench.Lab.Signals;

/// <summary>
/// The container of every signal on disk: a versioned header, one block for each sequence in any order, an index, and a
/// CRC-32C of each part. Little-endian. It is written as a stream, and read block by block without holding the rest.
/// </summary>
/// <remarks>
/// Layout: "BENCHSIG", version, kind, length of the header, header, CRC; blocks, each followed by its CRC; index of
/// (offset, length) in the order of the sequences; last the index's offset, the number of blocks and the CRC of both
/// with the index. A file that was cut off has no end and is refused.
/// </remarks>
internal static class BlockFile
{
    private const int Version = 2;
    private const int Prefix = 20;
    private const int IndexEntry = 12;
    private const int Trailer = 16;

    private static ReadOnlySpan<byte> Magic => "BENCHSIG"u8;

    /// <summary>CRC-32C.</summary>
    internal static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            crc = BitOperations.Crc32C(crc, word);
        foreach (var left in bytes[(words.Length * sizeof(ulong))..])
            crc = BitOperations.Crc32C(crc, left);
        return ~crc;
    }

    /// <summary>Writes a file; it is complete when <see cref="Complete"/> was called.</summary>
    internal sealed class Writer : IDisposable
    {
        private const int Buffer = 1 << 20;

        private readonly FileStream stream;
        private readonly (long Offset, int Length)[] index;

        internal Writer(string path, int kind, ReadOnlySpan<byte> header, int count)
        {
            stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, Buffer);
            index = new (long, int)[count];
            var head = new byte[Prefix + header.Length];
            Magic.CopyTo(head);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(8), Version);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), kind);
            BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), header.Length);
            header.CopyTo(head.AsSpan(Prefix));
            WriteChecked(head);
        }

        internal void Write(int sequence, ReadOnlySpan<byte> block)
        {
            index[sequence] = (stream.Position, block.Length);
            WriteChecked(block);
        }

        internal void Complete()
        {
            var end = new byte[index.Length * IndexEntry + Trailer];
            for (var i = 0; i < index.Length; i++)
            {
                if (index[i].Offset == 0)
                    throw new InvalidOperationException($"sequence {i} has no block");
                BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(i * IndexEntry), index[i].Offset);
                BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(i * IndexEntry + 8), index[i].Length);
            }

            var trailer = end.AsSpan(index.Length * IndexEntry);
            BinaryPrimitives.WriteInt64LittleEndian(trailer, stream.Position);
            BinaryPrimitives.WriteInt32LittleEndian(trailer[8..], index.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], Checksum(end.AsSpan(0, end.Length - sizeof(uint))));
            stream.Write(end);
            stream.Flush();
        }

        public void Dispose() => stream.Dispose();

        private void WriteChecked(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            Span<byte> checksum = stackalloc byte[sizeof(uint)];
            BinaryPrimitives.WriteUInt32LittleEndian(checksum, Checksum(bytes));
            stream.Write(checksum);
        }
    }

    /// <summary>Reads blocks by sequence.</summary>
    internal sealed class Reader : IDisposable
    {
        private readonly string path;
        private readonly SafeFileHandle file;
        private readonly (long Offset, int Length)[] index;

        /// <exception cref="LabException">The file is not one of ours, of another kind, cut off, or
        /// damaged.</exception>
        internal Reader(string path, int kind)
        {
            this.path = path;
            file = File.OpenHandle(path);
            try
            {
                var head = Bytes(0, Prefix);
                if (!head.AsSpan(0, 8).SequenceEqual(Magic) || Integer(head, 8) != Version || Integer(head, 12) != kind)
                    throw Broken("not a signal of this kind and version");
                var whole = Checked(0, Prefix + Integer(head, 16));
                Header = whole[Prefix..];
                index = ReadIndex();
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }

        internal byte[] Header { get; }

        internal int Count => index.Length;

        internal byte[] Read(int sequence) => Checked(index[sequence].Offset, index[sequence].Length);

        /// <exception cref="LabException">The file is damaged: the message says how to mend it.</exception>
        internal LabException Broken(string why) => new($"{path}: {why}; delete the store's entry and run again");

        public void Dispose() => file.Dispose();

        private (long, int)[] ReadIndex()
        {
            var length = RandomAccess.GetLength(file);
            if (length < Trailer)
                throw Broken("cut off");
            var trailer = Bytes(length - Trailer, Trailer);
            var (start, count) = (BinaryPrimitives.ReadInt64LittleEndian(trailer), Integer(trailer, 8));
            if (count < 0 || start < Prefix || start + (long)count * IndexEntry + Trailer != length)
                throw Broken("cut off");
            var bytes = Bytes(start, (int)(length - start));
            if (
                Checksum(bytes.AsSpan(0, bytes.Length - sizeof(uint)))
                != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)))
            )
                throw Broken("damaged (its index)");
            var entries = new (long, int)[count];
            for (var i = 0; i < count; i++)
                entries[i] = (
                    BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(i * IndexEntry)),
                    Integer(bytes, i * IndexEntry + 8)
                );
            return entries;
        }

        private byte[] Checked(long offset, int length)
        {
            if (length < 0 || length > RandomAccess.GetLength(file) - offset - sizeof(uint))
                throw Broken("cut off");
            var bytes = Bytes(offset, length + sizeof(uint));
            if (Checksum(bytes.AsSpan(0, length)) != BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(length)))
                throw Broken("damaged (a checksum does not match)");
            return bytes[..length];
        }

        private byte[] Bytes(long offset, int length)
        {
            var bytes = new byte[length];
            for (var read = 0; read < length; )
            {
                var more = RandomAccess.Read(file, bytes.AsSpan(read), offset + read);
                if (more == 0)
                    throw Broken("cut off");
                read += more;
            }

            return bytes;
        }

        private static int Integer(ReadOnlySpan<byte> bytes, int at) =>
            BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);
    }
}
