using System.Text;

namespace Bench.Lab.Text;

/// <summary>
/// The alphabet of byte-level vocabularies: each byte is spelt as a visible character (Radford et al. 2019, GPT-2's
/// encoder).
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = new char[256];
    private static readonly Dictionary<char, byte> Bytes = [];

    static ByteAlphabet()
    {
        var beyond = 256;
        for (var value = 0; value < 256; value++)
        {
            Characters[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF)
                ? (char)value
                : (char)beyond++;
            Bytes[Characters[value]] = (byte)value;
        }
    }

    /// <summary>A text's bytes in UTF-8, spelt.</summary>
    internal static string Spell(string text) =>
        string.Create(
            Encoding.UTF8.GetByteCount(text),
            text,
            (span, from) =>
            {
                var bytes = Encoding.UTF8.GetBytes(from);
                for (var i = 0; i < bytes.Length; i++)
                    span[i] = Characters[bytes[i]];
            }
        );

    /// <summary>A byte, spelt.</summary>
    internal static string Spell(byte value) => Characters[value].ToString();

    /// <summary>
    /// The bytes that a token spells; a token outside the alphabet, as added ones may be, spells itself.
    /// </summary>
    internal static byte[] BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (!Bytes.TryGetValue(token[i], out bytes[i]))
                return Encoding.UTF8.GetBytes(token);
        }

        return bytes;
    }
}
