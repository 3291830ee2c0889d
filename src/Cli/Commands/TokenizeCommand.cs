using System.CommandLine;
using Bench.Cli.Execution;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Reading;

namespace Bench.Cli.Commands;

/// <summary>bench tokenize: texts to tokens and back.</summary>
internal static class TokenizeCommand
{
    internal static Command Create()
    {
        var model = new Argument<string>("model")
        {
            Description = "A tokenizer.json, a model's or tokenizer's folder, or a llama2.c .bin file.",
        };
        var input = new Option<string>("--in") { Description = "JSON Lines: {\"text\"}.", Required = true };
        var output = new Option<string?>("--out")
        {
            Description = "JSON Lines: {\"ids\", \"ids_no_special\", \"decoded\"} (default: standard output).",
        }.NotEmpty();
        var command = new Command("tokenize", "Turn texts into tokens, and those back into text.")
        {
            model,
            input,
            output,
        };
        command.SetAction(parsed =>
        {
            var tokenizer = ModelNames.LoadTokenizer(parsed.GetValue(model)!);
            JsonLines.Write(
                parsed.GetValue(output),
                JsonLines.Read(parsed.GetValue(input)!).Select(line => Tokenize(tokenizer, line))
            );
            return ExitCodes.Done;
        });
        return command;
    }

    private static object Tokenize(ITokenizer tokenizer, (string Place, System.Text.Json.JsonElement Entry) line)
    {
        try
        {
            var text = line.Text("text");
            var plain = tokenizer.Encode(text);
            return tokenizer is HuggingFaceTokenizer real
                ? new
                {
                    ids = real.EncodeWhole(text),
                    ids_no_special = plain,
                    decoded = real.Decode(plain, silently: false),
                }
                : new
                {
                    ids = tokenizer.Start(text),
                    ids_no_special = plain,
                    decoded = tokenizer.Decode(plain),
                };
        }
        catch (LabException error)
        {
            throw new UsageException($"{line.Place}: {error.Message}", "");
        }
    }
}
