using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Bench.Lab.Text;
using CsCheck;

namespace Bench.EndToEnd.Packs;

/// <summary>Real tokenizers against the reference implementation's tokens and texts.</summary>
public sealed class TokenizerPackTests
{
    private const int Sample = 60;

    private static readonly ConcurrentDictionary<string, HuggingFaceTokenizer> Loaded = new();

    public static IEnumerable<TheoryDataRow<string>> Folders => Pack.Folders("data/tokenizers", "goldens.jsonl");

    public static IEnumerable<TheoryDataRow<string>> Decoded => Pack.Folders("data/tokenizers", "decode_goldens.jsonl");

    public static IEnumerable<TheoryDataRow<string>> Chats => Pack.Folders("data/tokenizers", "chat_goldens.jsonl");

    private static HuggingFaceTokenizer Tokenizer(string folder) =>
        Loaded.GetOrAdd(
            folder,
            _ =>
            {
                using var unpacked = Unpacked(folder);
                return HuggingFaceTokenizer.Load(unpacked.Path);
            }
        );

    // A copy of the folder with its tokenizer.json unpacked.
    private static Scratch Unpacked(string folder)
    {
        var scratch = Repository.Scratch();
        using var packed = new GZipStream(
            File.OpenRead(Path.Combine(folder, "tokenizer.json.gz")),
            CompressionMode.Decompress
        );
        using var file = File.Create(scratch.File("tokenizer.json"));
        packed.CopyTo(file);
        File.Copy(Path.Combine(folder, "tokenizer_config.json"), scratch.File("tokenizer_config.json"));
        return scratch;
    }

    private static IEnumerable<JsonElement> Rows(string folder, string file) =>
        Pack.Rows(File.ReadAllLines(Path.Combine(folder, file)), Sample)
            .Select(line => JsonDocument.Parse(line).RootElement);

    private static int[] Ids(JsonElement entry, string key) =>
        [.. entry.GetProperty(key).EnumerateArray().Select(id => id.GetInt32())];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Every_golden_text_has_its_tokens_and_comes_back(string folder)
    {
        var tokenizer = Tokenizer(folder);
        foreach (var entry in Rows(folder, "goldens.jsonl"))
        {
            var (text, ids) = (entry.GetProperty("text").GetString()!, Ids(entry, "ids"));
            Assert.True(
                ids.SequenceEqual(tokenizer.Encode(text)),
                $"{entry.GetProperty("id")}: {string.Join(' ', ids)} is not {string.Join(' ', tokenizer.Encode(text))}"
            );
            Assert.Equal(entry.GetProperty("decoded").GetString(), tokenizer.Decode(ids, silently: false));
            Assert.Equal(
                entry.GetProperty("decoded_skip_special").GetString(),
                tokenizer.Decode(Ids(entry, "ids_with_special"))
            );
            // The bytes of its tokens add up to it; the first token of a text may lose a space.
            var (decoded, spelt) = (
                tokenizer.Decode(ids),
                Encoding.UTF8.GetString([.. ids.SelectMany(tokenizer.BytesOf)])
            );
            Assert.Equal(decoded, spelt.Length == decoded.Length + 1 && spelt[0] == ' ' ? spelt[1..] : spelt);
            // A configuration may add a token that tokenizer.json does not.
            Assert.Equal(
                Ids(entry, entry.TryGetProperty("ids_add_bos", out _) ? "ids_add_bos" : "ids_with_special"),
                tokenizer.EncodeWhole(text)
            );
        }
    }

    [Theory]
    [MemberData(nameof(Decoded))]
    public void Tokens_that_cut_a_character_decode_as_the_reference_does(string folder)
    {
        var tokenizer = Tokenizer(folder);
        foreach (var entry in Rows(folder, "decode_goldens.jsonl"))
        {
            Assert.Equal(
                entry.GetProperty("decoded").GetString(),
                tokenizer.Decode(Ids(entry, "ids"), silently: false)
            );
            Assert.Equal(entry.GetProperty("decoded_skip_special").GetString(), tokenizer.Decode(Ids(entry, "ids")));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_stream_never_shows_half_of_a_character(string folder)
    {
        var tokenizer = Tokenizer(folder);
        foreach (var entry in Rows(folder, "goldens.jsonl"))
        {
            var (stream, ids) = (new TextStream(tokenizer), Ids(entry, "ids"));
            string[] parts = [.. ids.Select(stream.Add), stream.End()];
            Assert.Equal(tokenizer.Decode(ids), string.Concat(parts));
            Assert.All(parts, part => Assert.True(part.Length == 0 || !char.IsHighSurrogate(part[^1])));
        }
    }

    // Characters of every width in UTF-8, without the halves of UTF-16's pairs.
    private static readonly Gen<string> Text = Gen.OneOf(
            Gen.Int[1, 0x7F],
            Gen.Int[0x80, 0x2FFF],
            Gen.Int[0x3000, 0xD7FF],
            Gen.Int[0xE000, 0xFFFF],
            Gen.Int[0x10000, 0x10FFFF]
        )
        .Array[1, 24]
        .Select(points => string.Concat(points.Select(char.ConvertFromUtf32)));

    [Theory]
    [MemberData(nameof(Folders))]
    public void Any_text_comes_back_from_its_tokens(string folder)
    {
        var tokenizer = Tokenizer(folder);
        var composes = Composes(folder);
        Text.Sample(
            text =>
                tokenizer.Decode(tokenizer.Encode(text), silently: false)
                == (composes ? CanonicalComposition.Normalise(text) : text),
            iter: Suite.Count(2_000, 20_000),
            threads: 1
        );
    }

    // Whether the tokenizer's normaliser is NFC.
    private static bool Composes(string folder)
    {
        using var unpacked = Unpacked(folder);
        using var json = JsonDocument.Parse(File.ReadAllBytes(unpacked.File("tokenizer.json")));
        return json.RootElement.TryGetProperty("normalizer", out var normalizer)
            && normalizer.ValueKind == JsonValueKind.Object
            && normalizer.GetProperty("type").GetString() == "NFC";
    }

    [Theory]
    [MemberData(nameof(Chats))]
    public void Conversations_are_rendered_and_tokenised_as_the_model_was_trained(string folder)
    {
        using var unpacked = Unpacked(folder);
        var (template, tokenizer) = (ChatTemplate.Load(unpacked.Path), Tokenizer(folder));
        foreach (var entry in Rows(folder, "chat_goldens.jsonl"))
        {
            var rendered = template.Render(
                entry.GetProperty("messages"),
                entry.GetProperty("kwargs").EnumerateObject().Select(setting => (setting.Name, setting.Value)),
                new DateOnly(2026, 1, 2)
            );
            Assert.Equal(entry.GetProperty("rendered").GetString(), rendered);
            Assert.Equal(Ids(entry, "ids"), tokenizer.Encode(rendered));
        }
    }
}
