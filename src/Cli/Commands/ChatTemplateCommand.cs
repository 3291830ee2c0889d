using System.CommandLine;
using System.Text.Json;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Reading;

namespace Bench.Cli.Commands;

/// <summary>bench chat-template: conversations as the text that a model was trained on.</summary>
internal static class ChatTemplateCommand
{
    internal static Command Create()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "A tokenizer's folder, with chat_template.jinja or a template in tokenizer_config.json.",
        };
        var input = new Option<string>("--in")
        {
            Description =
                "JSON Lines: {\"messages\": [{\"role\", \"content\"}, …], and what the template may ask for, such as "
                + "\"add_generation_prompt\", \"tools\"}.",
            Required = true,
        };
        var output = new Option<string?>("--out")
        {
            Description = "JSON Lines: {\"rendered\"} (default: standard output).",
        }.NotEmpty();
        var command = new Command("chat-template", "Render conversations by a model's chat template.")
        {
            folder,
            input,
            output,
        };
        command.SetAction(parsed =>
        {
            var named = parsed.GetValue(folder)!;
            if (!Directory.Exists(named))
                throw new UsageException($"there is no folder '{named}'", "name the folder that the tokenizer is in");
            var (template, today) = (
                ChatTemplate.Load(named),
                DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)
            );
            JsonLines.Write(
                parsed.GetValue(output),
                JsonLines.Read(parsed.GetValue(input)!).Select(line => Render(template, line, today))
            );
            return ExitCodes.Done;
        });
        return command;
    }

    // Settings stand beside the messages, or together under kwargs as transformers calls them.
    private static object Render(ChatTemplate template, (string Place, JsonElement Entry) line, DateOnly today)
    {
        if (!line.Entry.TryGetProperty("messages", out var messages) || messages.ValueKind != JsonValueKind.Array)
            throw new UsageException($"{line.Place}: 'messages' is missing or no list", "");
        var settings = line
            .Entry.EnumerateObject()
            .Where(property => property.Name is not ("messages" or "kwargs"))
            .Select(property => (property.Name, property.Value));
        if (line.Entry.TryGetProperty("kwargs", out var named) && named.ValueKind == JsonValueKind.Object)
            settings = settings.Concat(named.EnumerateObject().Select(property => (property.Name, property.Value)));
        try
        {
            return new { rendered = template.Render(messages, settings, today) };
        }
        catch (LabException error)
        {
            throw new UsageException($"{line.Place}: {error.Message}", "");
        }
        catch (InvalidOperationException)
        {
            throw new UsageException(
                $"{line.Place}: it holds half a character",
                "an escape \\uD800 to \\uDFFF stands for a character only beside its other half"
            );
        }
    }
}
