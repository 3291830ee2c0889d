using System.Buffers.Binary;
using System.Text;
using Bench.Lab.Tensors;
using CsCheck;

namespace Bench.Tests.Lab;

/// <summary>
/// A library of GCC 13 is made loadable over an older libstdc++ by three fields, or refused with a reason and left as
/// it was.
/// </summary>
public class OlderLibstdcxxTests
{
    [Fact]
    public void Three_fields_change_and_no_other_byte()
    {
        var elf = new HandMadeElf();
        var (before, after) = (elf.Bytes(), elf.Bytes());
        Assert.True(OlderLibstdcxx.Edit(after));
        var read = new ElfLibrary(after);
        var symbol = read.Undefined.Single(one => one.Name == "getpid");
        Assert.Equal(read.Needs.Single(need => need.Version == "GLIBC_2.2.5").Index, symbol.VersionIndex);
        Assert.Equal(2, read.Needs.Single(need => need.Version == OlderLibstdcxx.Version).Flags);
        Assert.Contains(read.Undefined, one => one.Name == "malloc");
        var changed = Enumerable.Range(0, before.Length).Where(i => before[i] != after[i]).ToArray();
        var allowed = Enumerable
            .Range(symbol.NameAt, "getpid\0".Length)
            .Concat([symbol.VersionAt, symbol.VersionAt + 1])
            .Concat(Enumerable.Range(read.Needs.Single(need => need.Version == OlderLibstdcxx.Version).FlagsAt, 2))
            .ToHashSet();
        Assert.NotEmpty(changed);
        Assert.All(changed, place => Assert.Contains(place, allowed));
    }

    [Fact]
    public void A_library_that_does_not_ask_for_the_version_stays_as_it_is()
    {
        foreach (var elf in (HandMadeElf[])[new() { NewVersion = "GLIBCXX_3.4.30" }, new() { HasNeeds = false }])
        {
            var bytes = elf.Bytes();
            Assert.False(OlderLibstdcxx.Edit(bytes));
            Assert.Equal(elf.Bytes(), bytes);
        }
    }

    [Fact]
    public void An_edited_library_can_be_edited_again_only_by_name()
    {
        var bytes = new HandMadeElf().Bytes();
        OlderLibstdcxx.Edit(bytes);
        Refused(bytes, "it needs");
    }

    [Fact]
    public void A_symbol_that_is_needed_is_not_taken_away() =>
        Refused(new HandMadeElf { NewSymbol = "_ZSt9something" }.Bytes(), "it needs _ZSt9something of GLIBCXX_3.4.32");

    [Fact]
    public void Without_a_function_of_libc_to_name_instead_it_is_refused() =>
        Refused(new HandMadeElf { LibcVersion = "GLIBC_2.34" }.Bytes(), "asks libc.so.6 for no GLIBC_2.2.5");

    [Fact]
    public void Other_formats_are_refused()
    {
        Refused(With(4, 1), "not for 64 bits");
        Refused(With(5, 2), "big-endian");
        Refused(With(1, (byte)'X'), "no ELF file");
        Refused([], "no ELF file");
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused_and_unchanged()
    {
        var whole = new HandMadeElf().Bytes();
        for (var length = 0; length < whole.Length; length++)
        {
            var (part, before) = (whole[..length], whole[..length]);
            try
            {
                // The last entries of the dynamic segment only end it.
                if (OlderLibstdcxx.Edit(part))
                    Assert.True(length > whole.Length - 32, $"edited at {length} of {whole.Length} bytes");
            }
            catch (LabException)
            {
                Assert.Equal(before, part);
            }
        }
    }

    [Fact]
    public void Bytes_at_random_never_crash_or_hang()
    {
        var whole = new HandMadeElf().Bytes();
        var place = Gen.Int[16, whole.Length - 1];
        Gen.Select(place, Gen.Byte)
            .Array[4]
            .Sample(
                damages =>
                {
                    var bytes = (byte[])whole.Clone();
                    foreach (var (at, value) in damages)
                        bytes[at] = value;
                    try
                    {
                        OlderLibstdcxx.Edit(bytes);
                    }
                    catch (LabException)
                    {
                        // Refused, in one line.
                    }
                },
                iter: 5000,
                threads: 1
            );
    }

    [Fact]
    public void The_package_s_library_needs_nothing_else_of_the_version()
    {
        var original = Directory
            .EnumerateFiles(
                Path.Combine(
                    Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                        ?? Path.Combine(
                            Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
                            ".nuget",
                            "packages"
                        ),
                    "torchsharp"
                ),
                "libLibTorchSharp.so",
                SearchOption.AllDirectories
            )
            .FirstOrDefault(file => file.Contains("linux-x64", StringComparison.Ordinal));
        Assert.SkipWhen(original is null, "needs the package for Linux on x64");
        var bytes = File.ReadAllBytes(original!);
        Assert.True(OlderLibstdcxx.Edit(bytes));
        Assert.DoesNotContain(new ElfLibrary(bytes).Undefined, symbol => symbol.Name == OlderLibstdcxx.Unneeded);
    }

    private static byte[] With(int place, byte value)
    {
        var bytes = new HandMadeElf().Bytes();
        bytes[place] = value;
        return bytes;
    }

    private static void Refused(byte[] bytes, string why)
    {
        var before = (byte[])bytes.Clone();
        var message = Assert.Throws<LabException>(() => OlderLibstdcxx.Edit(bytes)).Message;
        Assert.Contains(why, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.Equal(before, bytes);
    }

    /// <summary>
    /// A library with two undefined symbols, of libstdc++ and libc, and nothing else: tables one after the other,
    /// loaded where they lie.
    /// </summary>
    private sealed record HandMadeElf
    {
        private const int Size = 1024,
            Strings = 256,
            Symbols = 512,
            Versions = 592,
            Needs = 608,
            Hash = 704,
            Dynamic = 736;

        internal string NewVersion { get; init; } = OlderLibstdcxx.Version;

        internal string NewSymbol { get; init; } = OlderLibstdcxx.Unneeded;

        internal string LibcVersion { get; init; } = "GLIBC_2.2.5";

        internal bool HasNeeds { get; init; } = true;

        internal byte[] Bytes()
        {
            var bytes = new byte[Dynamic + 16 * 8];
            Assert.True(bytes.Length < Size);
            var place = Strings + 1;
            int Text(string text)
            {
                Encoding.ASCII.GetBytes(text + "\0").CopyTo(bytes, place);
                place += text.Length + 1;
                return place - text.Length - 1 - Strings;
            }

            void Put(int at, params (int Size, ulong Value)[] fields)
            {
                foreach (var (size, value) in fields)
                {
                    var eight = new byte[8];
                    BinaryPrimitives.WriteUInt64LittleEndian(eight, value);
                    eight.AsSpan(0, size).CopyTo(bytes.AsSpan(at));
                    at += size;
                }
            }

            "\u007fELF"u8.CopyTo(bytes);
            (bytes[4], bytes[5]) = (2, 1);
            Put(32, (8, 64));
            Put(54, (2, 56), (2, 2));
            Put(64, (4, 1), (4, 0), (8, 0), (8, 0), (8, 0), (8, (ulong)bytes.Length));
            Put(120, (4, 2), (4, 0), (8, Dynamic), (8, Dynamic), (8, 0), (8, 16 * 8));
            var (stdcxx, libc) = (Text("libstdc++.so.6"), Text("libc.so.6"));
            Put(Symbols + 24, (4, (ulong)Text(NewSymbol)));
            Put(Symbols + 48, (4, (ulong)Text("malloc")));
            Put(Versions, (2, 0), (2, 3), (2, 2));
            // Needs: libstdc++ has one version (index 3), libc one (index 2).
            Put(
                Needs,
                (2, 1),
                (2, 1),
                (4, (ulong)stdcxx),
                (4, 16),
                (4, 32),
                (4, 0),
                (2, 0),
                (2, 3),
                (4, (ulong)Text(NewVersion)),
                (4, 0)
            );
            Put(
                Needs + 32,
                (2, 1),
                (2, 1),
                (4, (ulong)libc),
                (4, 16),
                (4, 0),
                (4, 0),
                (2, 0),
                (2, 2),
                (4, (ulong)Text(LibcVersion)),
                (4, 0)
            );
            Put(Hash, (4, 1), (4, 3));
            Put(
                Dynamic,
                (8, 5),
                (8, Strings),
                (8, 6),
                (8, Symbols),
                (8, 0x6ffffef5),
                (8, Hash),
                (8, 0x6ffffff0),
                (8, Versions)
            );
            if (HasNeeds)
                Put(Dynamic + 64, (8, 0x6ffffffe), (8, Needs), (8, 0x6fffffff), (8, 2));
            return bytes;
        }
    }
}
