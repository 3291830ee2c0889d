using System.Text;
using System.Text.Json;
using Bench.Lab.Tensors;
using Bench.Protocol.Grading;
using Bench.Protocol.Tasks;

namespace Bench.Lab.Text;

/// <summary>
/// One token for each character, and one for each special token: &lt;bos&gt;, &lt;eos&gt;, &lt;think&gt;,
/// &lt;/think&gt;.
/// </summary>
public sealed class CharacterTokenizer : ITokenizer
{
    internal const string FileName = "characters.json";

    private const string BeginName = "<bos>";
    private const string EndName = "<eos>";

    private readonly string characters;
    private readonly Dictionary<char, int> tokens;

    public CharacterTokenizer(string characters)
    {
        this.characters = characters;
        tokens = characters
            .Select((character, i) => (character, i))
            .ToDictionary(pair => pair.character, pair => CharacterVocabulary.Specials + pair.i);
    }

    public int Size => CharacterVocabulary.Specials + characters.Length;

    public int? Begin => CharacterVocabulary.Begin;

    public int End => CharacterVocabulary.End;

    public int[] Encode(string text)
    {
        var result = new List<int>(text.Length);
        for (var i = 0; i < text.Length; )
        {
            if (text.AsSpan(i).StartsWith(Answers.ThinkOpen, StringComparison.Ordinal))
            {
                result.Add(CharacterVocabulary.Think);
                i += Answers.ThinkOpen.Length;
            }
            else if (text.AsSpan(i).StartsWith(Answers.ThinkClose, StringComparison.Ordinal))
            {
                result.Add(CharacterVocabulary.EndThink);
                i += Answers.ThinkClose.Length;
            }
            else
            {
                result.Add(
                    tokens.TryGetValue(text[i], out var token)
                        ? token
                        : throw new LabException(
                            $"the character '{text[i]}' is not in this model's alphabet; it has {characters}"
                        )
                );
                i++;
            }
        }

        return [.. result];
    }

    public string Decode(IReadOnlyList<int> tokens)
    {
        var text = new StringBuilder();
        foreach (var token in tokens)
        {
            switch (token)
            {
                case CharacterVocabulary.Begin or CharacterVocabulary.End:
                    break;
                case CharacterVocabulary.Think:
                    text.Append(Answers.ThinkOpen);
                    break;
                case CharacterVocabulary.EndThink:
                    text.Append(Answers.ThinkClose);
                    break;
                default:
                    text.Append(characters[token - CharacterVocabulary.Specials]);
                    break;
            }
        }

        return text.ToString();
    }

    public void Save(string folder)
    {
        File.WriteAllBytes(Path.Combine(folder, FileName), JsonSerializer.SerializeToUtf8Bytes(characters));
        Export([.. characters.Select(character => character.ToString())]).Write(folder);
    }

    /// <summary>The special tokens and others after them, in Hugging Face's form.</summary>
    internal static TokenizerExport Export(IReadOnlyList<string> others) =>
        new()
        {
            Tokens = [BeginName, EndName, Answers.ThinkOpen, Answers.ThinkClose, .. others],
            Added = [(BeginName, true), (EndName, true), (Answers.ThinkOpen, false), (Answers.ThinkClose, false)],
            Begin = BeginName,
            End = EndName,
            Decoder = TokenizerExport.Section("Fuse"),
        };

    internal static CharacterTokenizer Load(string folder) =>
        new(JsonSerializer.Deserialize<string>(File.ReadAllBytes(Path.Combine(folder, FileName)))!);
}
