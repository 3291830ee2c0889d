using System.Buffers.Binary;
using System.Text;

namespace Bench.Lab.Tensors;

/// <summary>
/// Lets a library that was linked by GCC 13 load over an older libstdc++ (Debian 12, Ubuntu 22.04). Such a library asks
/// for version GLIBCXX_3.4.32 for one symbol, which the compiler mentions wherever &lt;iostream&gt; is included and
/// which nothing calls: the streams are initialised by other libraries. Three fields of the file are changed: the
/// symbol's name becomes that of a function of libc, its version that function's, and the need of the version becomes a
/// weak one, which the loader does not insist on (System V ABI, "Symbol Versioning" of the Linux Standard Base).
/// </summary>
internal static class OlderLibstdcxx
{
    /// <summary>The version that older systems lack.</summary>
    internal const string Version = "GLIBCXX_3.4.32";

    /// <summary>std::ios_base_library_init(), the one symbol of that version that may be missing.</summary>
    internal const string Unneeded = "_ZSt21ios_base_library_initv";

    private const string Substitute = "getpid";
    private const string SubstituteLibrary = "libc.so.6";
    private const string SubstituteVersion = "GLIBC_2.2.5";
    private const ushort Weak = 2;
    private const ushort HiddenBit = 0x8000;

    /// <summary>Edits a 64-bit little-endian ELF library in place.</summary>
    /// <returns>Whether anything was changed: a library that does not ask for the version stays as it is.</returns>
    /// <exception cref="LabException">It is no such library, is cut off, or needs more of the version than the one
    /// symbol; nothing was changed.</exception>
    internal static bool Edit(byte[] library)
    {
        var elf = new ElfLibrary(library);
        if (elf.Needs.FirstOrDefault(need => need.Version == Version) is not { } missing)
            return false;
        var symbols = elf.Undefined.Where(symbol => (symbol.VersionIndex & ~HiddenBit) == missing.Index).ToArray();
        if (symbols is not [{ Name: Unneeded } symbol])
            throw Refusal(
                $"it needs {string.Join(", ", symbols.Select(one => one.Name).Where(name => name != Unneeded))} of "
                    + $"{Version}"
            );
        if (
            elf.Needs.FirstOrDefault(need => need is { Library: SubstituteLibrary, Version: SubstituteVersion })
            is not { } substitute
        )
            throw Refusal($"it asks {SubstituteLibrary} for no {SubstituteVersion}");
        if (
            elf.Undefined.Any(other =>
                other != symbol && other.NameAt >= symbol.NameAt && other.NameAt <= symbol.NameAt + Unneeded.Length
            )
        )
            throw Refusal($"another symbol shares the name {Unneeded}");
        Encoding.ASCII.GetBytes(Substitute + "\0").CopyTo(library, symbol.NameAt);
        BinaryPrimitives.WriteUInt16LittleEndian(library.AsSpan(symbol.VersionAt), substitute.Index);
        BinaryPrimitives.WriteUInt16LittleEndian(library.AsSpan(missing.FlagsAt), (ushort)(missing.Flags | Weak));
        return true;
    }

    private static LabException Refusal(string why) =>
        new(
            $"TorchSharp's library cannot be used with this system's libstdc++, which lacks {Version}: {why}; a "
                + $"system with GCC 13's libstdc++ will do (Debian 13, Ubuntu 24.04)"
        );
}
