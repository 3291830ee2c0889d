using System.Text;
using Bench.Protocol.Seeds;

namespace Bench.EndToEnd.Faults;

/// <summary>Damages files as disks, editors and people do.</summary>
internal static class Mutation
{
    private static readonly string[] Words =
    [
        "0",
        "-1",
        "1e308",
        "-1e308",
        "NaN",
        "99999999999999999999",
        "2147483648",
        "1e-300",
        "null",
        "true",
        "[]",
        "{}",
        "''",
        "\"",
        ":",
        "- ",
        "&a",
        "*a",
        "<<: *a",
        "!!binary x",
        "../../etc/passwd",
        "\u202e",
        "\0",
        "\ufeff",
        "é",
        "𝔸",
        "\t",
        "\r\n",
        "%",
        "#",
        ",",
        ";",
        new string('[', 200),
        new string('9', 400),
        new string('x', 5000),
    ];

    /// <summary>The bytes with one to four changes, mostly one.</summary>
    internal static byte[] Of(byte[] original, RandomStream random)
    {
        var bytes = original.ToList();
        for (var changes = 1 + Below(random, 1 + Below(random, 4)); changes > 0; changes--)
        {
            var at = Below(random, bytes.Count + 1);
            var length = Math.Min(bytes.Count - at, 1 + Below(random, 1 << Below(random, 10)));
            switch (Below(random, 8))
            {
                case 0 when at < bytes.Count:
                    bytes[at] ^= (byte)(1 << Below(random, 8));
                    break;
                case 1 when at < bytes.Count:
                    bytes[at] = (byte)Below(random, 256);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, [.. bytes.Skip(at).Take(length)]);
                    break;
                case 4:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Words[Below(random, Words.Length)]));
                    break;
                case 5 when Below(random, 4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                // A number or a word of the file gives way to another.
                default:
                    Replace(bytes, at, random);
                    break;
            }
        }

        return [.. bytes];
    }

    private static void Replace(List<byte> bytes, int at, RandomStream random)
    {
        static bool InWord(byte c) =>
            c is >= (byte)'0' and <= (byte)'9' or >= (byte)'a' and <= (byte)'z' or (byte)'.' or (byte)'-' or (byte)'_';
        var start = at;
        while (start < bytes.Count && !InWord(bytes[start]))
            start++;
        var end = start;
        while (end < bytes.Count && InWord(bytes[end]))
            end++;
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Encoding.UTF8.GetBytes(Words[Below(random, Words.Length)]));
    }

    private static int Below(RandomStream random, int limit) => (int)(random.NextDouble() * limit);
}
