using System.Globalization;
using System.Text;
using System.Text.Json;
using Bench.Lab.Tensors;
using Bench.Lab.Text.Jinja;

namespace Bench.Lab.Text;

/// <summary>
/// Turns a conversation into the text that a model was trained on, by the template that came with it (Jinja, as Hugging
/// Face's transformers renders it).
/// </summary>
public sealed class ChatTemplate
{
    internal const string FileName = "chat_template.jinja";

    private readonly JinjaStatement template;
    private readonly TokenizerConfig? config;

    private ChatTemplate(string source, TokenizerConfig? config) =>
        (template, this.config) = (JinjaParser.Parse(source), config);

    /// <summary>Whether a folder has a template.</summary>
    /// <exception cref="LabException">Its configuration cannot be read.</exception>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, FileName)) || TokenizerConfig.Read(folder)?.Template is not null;

    /// <summary>
    /// The template of a tokenizer's folder: chat_template.jinja, or the one in tokenizer_config.json.
    /// </summary>
    /// <exception cref="LabException">There is none, or it uses what is not known here.</exception>
    public static ChatTemplate Load(string folder)
    {
        var config = TokenizerConfig.Read(folder);
        var path = Path.Combine(folder, FileName);
        var source = File.Exists(path)
            ? File.ReadAllText(path)
            : config?.Template
                ?? throw new LabException(
                    $"{folder}: no chat template, neither in {FileName} nor in {HuggingFaceTokenizer.ConfigName}"
                );
        return new ChatTemplate(source, config);
    }

    /// <summary>The text of a conversation.</summary>
    /// <param name="messages">A list of { "role": …, "content": … }.</param>
    /// <param name="settings">Further values that the template may ask for, e.g. add_generation_prompt, tools,
    /// enable_thinking.</param>
    /// <param name="today">The date of a template that writes one.</param>
    /// <exception cref="LabException">The template refuses the conversation.</exception>
    public string Render(JsonElement messages, IEnumerable<(string Name, JsonElement Value)> settings, DateOnly today)
    {
        var scope = new JinjaScope(null)
        {
            ["bos_token"] = config?.Begin ?? "",
            ["eos_token"] = config?.End ?? "",
            ["add_generation_prompt"] = false,
            ["namespace"] = (JinjaFunction)((_, named) => JinjaValue.Map(named.Select(pair => (pair.Key, pair.Value)))),
            ["dict"] = (JinjaFunction)((_, named) => JinjaValue.Map(named.Select(pair => (pair.Key, pair.Value)))),
            ["range"] = (JinjaFunction)((given, _) => Range(given)),
            ["raise_exception"] = (JinjaFunction)(
                (given, _) =>
                    throw new LabException(
                        $"the chat template refuses the conversation: {JinjaValue.Print(given.FirstOrDefault())}"
                    )
            ),
            ["strftime_now"] = (JinjaFunction)(
                (given, _) => Formatted(today, JinjaValue.Print(given.FirstOrDefault()))
            ),
            ["messages"] = JinjaValue.Of(messages),
        };
        foreach (var (name, value) in settings)
            scope[name] = JinjaValue.Of(value);
        // Missing and null fields are alike to a template: transformers passes both as None.
        foreach (var name in (string[])["tools", "documents"])
            if (scope[name] is JinjaUndefined)
                scope[name] = null;
        var text = new StringBuilder();
        template(scope, text);
        return text.ToString();
    }

    private static List<object?> Range(IReadOnlyList<object?> given)
    {
        var (from, to) =
            given is [long only] ? (0, only)
            : given is [long first, long second] ? (first, second)
            : throw new LabException("a chat template's range takes one number or two");
        if ((decimal)to - from > 100_000)
            throw new LabException("a chat template's range is too long");
        var numbers = new List<object?>();
        for (var i = from; i < to; i++)
            numbers.Add(i);
        return numbers;
    }

    private static string Formatted(DateOnly day, string format) =>
        format
            .Replace("%d", day.ToString("dd", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%b", day.ToString("MMM", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%B", day.ToString("MMMM", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%m", day.ToString("MM", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%Y", day.ToString("yyyy", CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("%A", day.ToString("dddd", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
