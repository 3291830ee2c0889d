using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Lab.Evaluation;
using Bench.Lab.Tensors;
using Bench.Protocol.Reading;

namespace Bench.Cli.Commands;

/// <summary>bench score: how likely a model finds a text.</summary>
internal static class ScoreCommand
{
    internal static Command Create()
    {
        var model = Arguments.Model();
        var text = new Option<string?>("--text") { Description = "The text to read." };
        var ids = Arguments.TokenIds();
        var tokenizer = Arguments.Tokenizer();
        var logits = new Option<bool>("--logits")
        {
            Description = "Also the logits of what would come next (with --json).",
        };
        var json = new Option<bool>("--json") { Description = "One JSON object." };
        var command = new Command(
            "score",
            "Mean negative log-likelihood of a text, and the log-probability of each token."
        )
        {
            model,
            text,
            ids,
            tokenizer,
            logits,
            json,
        };
        command.SetAction(parsed =>
        {
            var (words, numbers) = (parsed.GetValue(text), parsed.GetValue(ids));
            if ((words is null) == (numbers is null))
                throw new UsageException(
                    "nothing to read is given, or two things",
                    "give --text or --token-ids, one of them"
                );
            if (parsed.GetValue(logits) && !parsed.GetValue(json))
                throw new UsageException("--logits are numbers for programs", "give --json too");
            if (words is { Length: 0 })
                throw new UsageException("--text is empty", "give a text");
            return Score(
                parsed.GetValue(model)!,
                parsed.GetValue(tokenizer),
                words,
                numbers,
                parsed.GetValue(logits),
                parsed.GetValue(json)
            );
        });
        return command;
    }

    private static int Score(string named, string? tokenizerFile, string? text, string? numbers, bool logits, bool json)
    {
        var (model, tokenizer) = ModelNames.Load(named, tokenizerFile);
        using var owned = model;
        var ids = numbers is not null ? Arguments.Ids(numbers) : ModelNames.Needed(tokenizer, named).Start(text!);
        Likelihood read;
        try
        {
            read = Likelihood.Of(model, ids);
        }
        catch (LabException error)
        {
            throw new UsageException(error.Message, "");
        }

        if (json)
        {
            var fields = new Dictionary<string, object?>
            {
                ["token_ids"] = ids,
                ["mean_nll"] = read.MeanNats,
                ["token_logprobs"] = read.LogProbabilities,
            };
            if (logits)
                fields["logits"] = read.FinalLogits;
            Console.WriteLine(JsonSerializer.Serialize(fields, JsonLines.Compact));
            return ExitCodes.Done;
        }

        for (var i = 1; i < ids.Length; i++)
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{ids[i], 8} {read.LogProbabilities[i - 1], 10:0.0000}  {tokenizer?.Decode([ids[i]])}"
                )
            );
        Console.WriteLine(
            read.MeanNats is { } mean
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"{mean:0.000000} nats a token, perplexity {Math.Exp(mean):0.000}, over {ids.Length - 1} tokens"
                )
                : "one token has nothing before it from which it could be told"
        );
        return ExitCodes.Done;
    }
}
