using System.Text.Json;
using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>The settings of tokenizer_config.json that matter here.</summary>
/// <param name="Begin">The token that begins a text; null for none.</param>
/// <param name="End">The token that ends a response.</param>
/// <param name="Around">Whether transformers sets the begin token before a text and the end token after it, whatever
/// tokenizer.json says; null where tokenizer.json decides.</param>
/// <param name="Template">The chat template; null where there is none.</param>
internal sealed record TokenizerConfig(string? Begin, string? End, (bool Begin, bool End)? Around, string? Template)
{
    /// <summary>Reads a folder's; null where there is none.</summary>
    /// <exception cref="LabException">It cannot be read.</exception>
    internal static TokenizerConfig? Read(string folder)
    {
        var path = Path.Combine(folder, HuggingFaceTokenizer.ConfigName);
        if (!File.Exists(path))
            return null;
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = document.RootElement;
            var rebuilt =
                root.TryGetProperty("tokenizer_class", out var named)
                && named.GetString() is "LlamaTokenizer" or "LlamaTokenizerFast";
            return new TokenizerConfig(
                Token(root, "bos_token"),
                Token(root, "eos_token"),
                rebuilt
                    ? (TokenizerJson.Flag(root, "add_bos_token", true), TokenizerJson.Flag(root, "add_eos_token"))
                    : null,
                TemplateOf(root)
            );
        }
        catch (Exception error)
            when (error
                    is IOException
                        or UnauthorizedAccessException
                        or JsonException
                        or KeyNotFoundException
                        or InvalidOperationException
                        or FormatException
            )
        {
            throw new LabException($"{path}: not a usable configuration ({error.Message.ReplaceLineEndings(" ")})");
        }
    }

    // A token is a string, or an object that says more about it.
    private static string? Token(JsonElement root, string name) =>
        !root.TryGetProperty(name, out var token)
            ? null
            : token.ValueKind switch
            {
                JsonValueKind.String => token.GetString(),
                JsonValueKind.Object => token.GetProperty("content").GetString(),
                _ => null,
            };

    // One template, or several with names, of which "default" is meant.
    private static string? TemplateOf(JsonElement root) =>
        !root.TryGetProperty("chat_template", out var template)
            ? null
            : template.ValueKind switch
            {
                JsonValueKind.String => template.GetString(),
                JsonValueKind.Array => template
                    .EnumerateArray()
                    .FirstOrDefault(entry => entry.GetProperty("name").GetString() == "default")
                    is { ValueKind: JsonValueKind.Object } usual
                    ? usual.GetProperty("template").GetString()
                    : throw new FormatException("it has several chat templates and none of the name default"),
                _ => null,
            };
}
