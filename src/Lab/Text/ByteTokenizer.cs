using System.Text;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Text;

/// <summary>One token for each byte of a text in UTF-8, after the special tokens.</summary>
public sealed class ByteTokenizer : ITokenizer
{
    internal const string FileName = "bytes.json";

    // Bytes as Latin-1 are characters that a character tokenizer can hold.
    private readonly CharacterTokenizer bytes = new(
        new string([.. Enumerable.Range(0, 256).Select(value => (char)value)])
    );

    public int Size => bytes.Size;

    public int? Begin => CharacterVocabulary.Begin;

    public int End => CharacterVocabulary.End;

    public int[] Encode(string text) => bytes.Encode(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text)));

    public string Decode(IReadOnlyList<int> tokens) =>
        Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes.Decode(tokens)));

    public byte[] BytesOf(int token) => Encoding.Latin1.GetBytes(bytes.Decode([token]));

    public void Save(string folder)
    {
        File.WriteAllText(Path.Combine(folder, FileName), "{}\n");
        (
            CharacterTokenizer.Export([
                .. Enumerable.Range(0, 256).Select(value => ByteAlphabet.Spell((byte)value)),
            ]) with
            {
                PreTokenizer = TokenizerExport.Section(
                    "ByteLevel",
                    ("add_prefix_space", false),
                    ("trim_offsets", false),
                    ("use_regex", false)
                ),
                Decoder = TokenizerExport.Section(
                    "ByteLevel",
                    ("add_prefix_space", false),
                    ("trim_offsets", false),
                    ("use_regex", false)
                ),
            }
        ).Write(folder);
    }
}
