using System.Buffers.Binary;
using System.Text;

namespace Bench.Lab.Tensors;

/// <summary>
/// The dynamic symbols and needed versions of a 64-bit little-endian ELF library ("Tool Interface Standard ELF", and
/// "Symbol Versioning" of the Linux Standard Base), with their places in the file.
/// </summary>
internal sealed class ElfLibrary
{
    private const int LoadSegment = 1;
    private const int DynamicSegment = 2;

    // Tags of the dynamic segment.
    private const long StringTable = 5,
        SymbolTable = 6,
        GnuHash = 0x6ffffef5,
        VersionOfSymbols = 0x6ffffff0,
        VersionNeeds = 0x6ffffffe,
        VersionNeedsCount = 0x6fffffff;

    private const int SymbolSize = 24;
    private const int NeedSize = 16;

    private readonly byte[] bytes;
    private readonly List<(ulong Address, ulong Offset, ulong Size)> segments = [];
    private readonly Dictionary<long, ulong> tags = [];

    /// <param name="bytes">The whole file.</param>
    /// <exception cref="LabException">It is no such library, or is cut off.</exception>
    internal ElfLibrary(byte[] bytes)
    {
        this.bytes = bytes;
        if (bytes.Length < 64 || !bytes.AsSpan(0, 4).SequenceEqual("\u007fELF"u8))
            throw Wrong("it is no ELF file");
        if (bytes[4] != 2)
            throw Wrong("it is not for 64 bits");
        if (bytes[5] != 1)
            throw Wrong("it is big-endian");
        try
        {
            ReadSegments();
            Needs = tags.ContainsKey(VersionNeeds) ? [.. ReadNeeds()] : [];
            Undefined = tags.ContainsKey(VersionOfSymbols) ? [.. ReadUndefined()] : [];
        }
        catch (OverflowException)
        {
            throw Wrong("it is cut off");
        }
    }

    /// <summary>Versions that other libraries must have.</summary>
    internal IReadOnlyList<Need> Needs { get; }

    /// <summary>Symbols that other libraries must have.</summary>
    internal IReadOnlyList<Symbol> Undefined { get; }

    private void ReadSegments()
    {
        var (table, size, count) = (checked((int)Word64(32)), Word16(54), Word16(56));
        (ulong Offset, ulong Size)? dynamic = null;
        for (var i = 0; i < count; i++)
        {
            var at = checked(table + i * size);
            var (kind, offset, address, length) = (Word32(at), Word64(at + 8), Word64(at + 16), Word64(at + 32));
            if (kind == LoadSegment)
                segments.Add((address, offset, length));
            if (kind == DynamicSegment)
                dynamic = (offset, length);
        }

        if (dynamic is not { } found)
            throw Wrong("it is linked to nothing");
        for (ulong at = 0; at + 16 <= found.Size; at += 16)
        {
            var tag = (long)Word64(Place(found.Offset + at));
            if (tag == 0)
                break;
            tags[tag] = Word64(Place(found.Offset + at) + 8);
        }
    }

    private IEnumerable<Need> ReadNeeds()
    {
        var (at, libraries) = (At(VersionNeeds), tags.GetValueOrDefault(VersionNeedsCount));
        if (libraries > (ulong)bytes.Length / NeedSize)
            throw Wrong("it is cut off");
        for (ulong library = 0; library < libraries; library++)
        {
            var (count, name, part, next) = (
                Word16(at + 2),
                Text(Word32(at + 4)),
                checked(at + (int)Word32(at + 8)),
                Word32(at + 12)
            );
            for (var i = 0; i < count; i++)
            {
                yield return new Need(
                    Library: name,
                    Version: Text(Word32(part + 8)),
                    Index: Word16(part + 6),
                    Flags: Word16(part + 4),
                    FlagsAt: part + 4
                );
                part = checked(part + (int)Word32(part + 12));
            }

            at = checked(at + (int)next);
        }
    }

    // Those that are not defined here come first: the hash table begins behind them.
    private IEnumerable<Symbol> ReadUndefined()
    {
        var count = Word32(At(GnuHash) + 4);
        for (var i = 1; i < count; i++)
        {
            var (at, version) = (checked(At(SymbolTable) + i * SymbolSize), checked(At(VersionOfSymbols) + i * 2));
            var name = checked(At(StringTable) + (int)Word32(at));
            yield return new Symbol(Text(Word32(at)), name, Word16(version), version);
        }
    }

    private int At(long tag) =>
        FileOffset(
            tags.TryGetValue(tag, out var address)
                ? address
                : throw Wrong($"its dynamic segment has no entry 0x{tag:x}")
        );

    private int FileOffset(ulong address)
    {
        foreach (var (start, offset, size) in segments)
            if (address >= start && address - start < size)
                return Place(offset + (address - start));
        throw Wrong("it is cut off");
    }

    private int Place(ulong offset) => offset < (ulong)bytes.Length ? (int)offset : throw Wrong("it is cut off");

    private string Text(uint offset)
    {
        var start = Place((ulong)At(StringTable) + offset);
        var length = bytes.AsSpan(start).IndexOf((byte)0);
        return length < 0 ? throw Wrong("it is cut off") : Encoding.ASCII.GetString(bytes, start, length);
    }

    private ushort Word16(int at) => BinaryPrimitives.ReadUInt16LittleEndian(Part(at, 2));

    private uint Word32(int at) => BinaryPrimitives.ReadUInt32LittleEndian(Part(at, 4));

    private ulong Word64(int at) => BinaryPrimitives.ReadUInt64LittleEndian(Part(at, 8));

    private ReadOnlySpan<byte> Part(int at, int size) =>
        at >= 0 && at <= bytes.Length - size ? bytes.AsSpan(at, size) : throw Wrong("it is cut off");

    private static LabException Wrong(string why) =>
        new($"TorchSharp's library cannot be edited for this system: {why}");

    /// <summary>A version that a library must have.</summary>
    /// <param name="Library">The library.</param>
    /// <param name="Version">The version.</param>
    /// <param name="Index">By which symbols name it.</param>
    /// <param name="Flags">2 where the loader does not insist on it.</param>
    /// <param name="FlagsAt">Where the flags lie in the file.</param>
    internal sealed record Need(string Library, string Version, ushort Index, ushort Flags, int FlagsAt);

    /// <summary>A symbol that another library must have.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="NameAt">Where that lies in the file.</param>
    /// <param name="VersionIndex">Which version it is of.</param>
    /// <param name="VersionAt">Where that lies in the file.</param>
    internal sealed record Symbol(string Name, int NameAt, ushort VersionIndex, int VersionAt);
}
