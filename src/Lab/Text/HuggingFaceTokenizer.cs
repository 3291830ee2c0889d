using System.Text.Json;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>
/// A tokenizer of tokenizer.json, the format of Hugging Face's tokenizers: byte-level and SentencePiece-style byte-pair
/// encoding, as Qwen, DeepSeek and Llama use it. A setting that Bench does not know is refused by its name.
/// </summary>
public sealed class HuggingFaceTokenizer : ITokenizer
{
    internal const string FileName = "tokenizer.json";
    internal const string ConfigName = "tokenizer_config.json";

    /// <summary>
    /// Templates that write the date write this one, that of Llama 3.1's own default: what a model is asked does not
    /// depend on the day.
    /// </summary>
    private static readonly DateOnly NoDay = new(2024, 7, 26);

    private readonly string path;
    private readonly TokenizerJson file;
    private readonly AddedTokens plain;
    private readonly AddedTokens normalised;
    private readonly string?[] pieces;
    private readonly HashSet<int> silent;
    private readonly IReadOnlyList<int> before;
    private readonly IReadOnlyList<int> after;
    private readonly Lazy<ChatTemplate?> template;

    private HuggingFaceTokenizer(string path, TokenizerConfig? config)
    {
        (this.path, file) = (path, TokenizerJson.Read(path));
        plain = new AddedTokens(file.Added.Where(token => !token.Normalised), content => content);
        normalised = new AddedTokens(file.Added.Where(token => token.Normalised), file.Normalise);
        pieces = new string?[
            1 + file.Vocabulary.Values.Concat(file.Added.Select(token => token.Id)).DefaultIfEmpty(-1).Max()
        ];
        foreach (var (piece, id) in file.Vocabulary)
            pieces[id] = piece;
        foreach (var token in file.Added)
            pieces[token.Id] = token.Content;
        silent = [.. file.Added.Where(token => token.Special).Select(token => token.Id)];
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var ends = ModelEnds(folder);
        End = Find(config?.End) ?? ends.FirstOrDefault(-1);
        OtherEnds = [.. ends.Where(token => token != End)];
        // transformers' class for Llama ignores the file's post-processor and follows its own two flags.
        template = new Lazy<ChatTemplate?>(() =>
            config is not null && ChatTemplate.IsIn(folder) ? ChatTemplate.Load(folder) : null
        );
        before = config?.Around is { } around
            ? around.Begin && Find(config.Begin) is { } begin
                ? [begin]
                : []
            : file.Template.Before;
        after = config?.Around is { } edges
            ? edges.End && End >= 0
                ? [End]
                : []
            : file.Template.After;
    }

    /// <inheritdoc/>
    public int Size => pieces.Length;

    /// <inheritdoc/>
    public int? Begin => before is [var begin] ? begin : null;

    /// <inheritdoc/>
    public int End { get; }

    /// <inheritdoc/>
    public IReadOnlyList<int> OtherEnds { get; }

    /// <summary>Reads a tokenizer.json, and tokenizer_config.json beside it if there is one.</summary>
    /// <param name="path">The file, or the folder that it is in.</param>
    /// <exception cref="LabException">It cannot be used.</exception>
    public static HuggingFaceTokenizer Load(string path)
    {
        LfsPointer.Refuse(path);
        return Directory.Exists(path)
            ? new HuggingFaceTokenizer(Path.Combine(path, FileName), TokenizerConfig.Read(path))
            : new HuggingFaceTokenizer(path, null);
    }

    /// <inheritdoc/>
    public int[] Encode(string text)
    {
        var (ids, first) = (new List<int>(text.Length / 3 + 1), true);
        foreach (var (outer, outerToken) in plain.Split(text))
        {
            if (outerToken is not null)
            {
                ids.Add(outerToken.Id);
            }
            else
            {
                foreach (var (inner, innerToken) in normalised.Split(file.Normalise(outer)))
                {
                    if (innerToken is not null)
                        ids.Add(innerToken.Id);
                    else
                        foreach (var piece in file.PreTokenizer.Cut(inner, first))
                            file.Model.Encode(piece, ids);
                    first = false;
                }
            }

            first = false;
        }

        return [.. ids];
    }

    /// <inheritdoc/>
    public int[] Ask(string message)
    {
        if (template.Value is not { } known)
            return ((ITokenizer)this).Start(message);
        using var messages = JsonDocument.Parse(
            JsonSerializer.SerializeToUtf8Bytes(new[] { new { role = "user", content = message } })
        );
        using var prompted = JsonDocument.Parse("true");
        return Encode(known.Render(messages.RootElement, [("add_generation_prompt", prompted.RootElement)], NoDay));
    }

    /// <summary>A text's tokens with those that the tokenizer sets around a text.</summary>
    public int[] EncodeWhole(string text) => [.. before, .. Encode(text), .. after];

    /// <inheritdoc/>
    public string Decode(IReadOnlyList<int> tokens) => Decode(tokens, silently: true);

    /// <summary>The text of tokens.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="silently">Whether special tokens are left out.</param>
    /// <exception cref="LabException">There is no such token.</exception>
    public string Decode(IReadOnlyList<int> tokens, bool silently) =>
        file.Decoder.Decode([.. tokens.Where(token => !silently || !silent.Contains(token)).Select(Piece)]);

    /// <inheritdoc/>
    public byte[] BytesOf(int token) => silent.Contains(token) ? [] : file.Decoder.BytesOf(Piece(token));

    /// <inheritdoc/>
    public void Save(string folder)
    {
        foreach (var name in (string[])[FileName, ConfigName, ChatTemplate.FileName])
        {
            var source = Path.Combine(Path.GetDirectoryName(path)!, name);
            if (name == FileName)
                source = path;
            if (File.Exists(source))
                File.Copy(source, Path.Combine(folder, name), overwrite: true);
        }
    }

    // A model's vocabulary may be padded beyond the tokenizer's: such a token spells nothing.
    private string Piece(int token) =>
        token >= 0
            ? token < pieces.Length
                ? pieces[token] ?? ""
                : ""
            : throw new LabException($"there is no token {token}");

    // The tokens that end a response by the model's own configuration: one or several. They count where generation is
    // described, else with the shape.
    private static IReadOnlyList<int> ModelEnds(string folder)
    {
        foreach (
            var configuration in ((string[])["generation_config.json", "config.json"])
                .Select(name => Path.Combine(folder, name))
                .Where(File.Exists)
        )
        {
            try
            {
                using var document = JsonDocument.Parse(File.ReadAllBytes(configuration));
                if (
                    !document.RootElement.TryGetProperty("eos_token_id", out var end)
                    || end.ValueKind == JsonValueKind.Null
                )
                    continue;
                return end.ValueKind == JsonValueKind.Array
                    ? [.. end.EnumerateArray().Select(token => token.GetInt32())]
                    : [end.GetInt32()];
            }
            catch (Exception error)
                when (error is JsonException or IOException or InvalidOperationException or FormatException)
            {
                throw new LabException(
                    $"{configuration}: not a usable configuration ({error.Message.ReplaceLineEndings(" ")})"
                );
            }
        }

        return [];
    }

    private int? Find(string? token)
    {
        if (token is null)
            return null;
        var id = Array.IndexOf(pieces, token);
        return id >= 0 ? id : throw new LabException($"{path}: {ConfigName} names '{token}', which is no token");
    }
}
