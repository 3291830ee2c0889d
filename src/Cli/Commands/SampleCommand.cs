using System.CommandLine;
using Bench.Cli.Execution;
using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Reading;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Spectre.Console;

namespace Bench.Cli.Commands;

/// <summary>bench sample: what a model writes; two models side by side.</summary>
internal static class SampleCommand
{
    private const int LongestText = 1 << 20;

    internal static Command Create()
    {
        var models = new Argument<string[]>("model")
        {
            Arity = new ArgumentArity(1, 2),
            Description =
                "A model's folder, a llama2.c .bin file, or a run of an experiment as experiment/run; two are shown "
                + "side by side.",
        };
        var prompt = new Option<string>("--prompt")
        {
            Description = "The text to continue.",
            DefaultValueFactory = _ => "",
        };
        var ids = Arguments.TokenIds();
        var tokenizer = Arguments.Tokenizer();
        var limit = new Option<int>("--max-tokens")
        {
            Description = "The most new tokens.",
            DefaultValueFactory = _ => 256,
        };
        var steps = new Option<int?>("--steps")
        {
            Description = "Tokens in all after the begin token, the prompt's included, as llama2.c counts.",
        };
        var temperature = new Option<double>("--temperature")
        {
            Description = "0 is greedy.",
            DefaultValueFactory = _ => 0,
        };
        var greedy = new Option<bool>("--greedy")
        {
            Description = "The most likely token each time, whatever --temperature says.",
        };
        var seed = new Option<long>("--seed") { Description = "Of what is drawn.", DefaultValueFactory = _ => 0 };
        var json = new Option<bool>("--json")
        {
            Description = "One JSON object for each model: prompt_ids, token_ids, text.",
        };
        var logprobs = new Option<bool>("--logprobs")
        {
            Description = "Also the log-probability of each token that was generated (with --json).",
        };
        temperature.Within(0, 100);
        limit.Within(1, LongestText);
        steps.Within(1, LongestText);
        var command = new Command("sample", "Generate from a teacher or student; side by side when given two.")
        {
            models,
            prompt,
            ids,
            tokenizer,
            limit,
            steps,
            temperature,
            greedy,
            seed,
            json,
            logprobs,
        };
        command.SetAction(parsed =>
        {
            var named = parsed.GetValue(models)!;
            var request = new Request(
                Prompt: parsed.GetValue(prompt)!,
                Ids: parsed.GetValue(ids),
                Limit: parsed.GetValue(limit),
                Steps: parsed.GetValue(steps),
                Temperature: parsed.GetValue(greedy) ? 0 : parsed.GetValue(temperature),
                Seed: new Seed(parsed.GetValue(seed))
            );
            if (parsed.GetValue(logprobs) && !parsed.GetValue(json))
                throw new UsageException("--logprobs is told in JSON only", "add --json");
            if (request.Prompt.Length > 0 && request.Ids is not null)
                throw new UsageException("--prompt and --token-ids both say what to continue", "give one of them");
            var samples = named
                .Select(model => Write(model, parsed.GetValue(tokenizer), request, parsed.GetValue(logprobs)))
                .ToArray();
            if (parsed.GetValue(json))
                JsonLines.Write(null, samples.Select(sample => sample.ToJson()));
            else if (samples.Length == 1)
                Console.WriteLine(samples[0].Shown);
            else
                SideBySide(named, [.. samples.Select(sample => sample.Shown)]);
            return ExitCodes.Done;
        });
        return command;
    }

    private static Sample Write(string named, string? tokenizerFile, Request request, bool logprobs)
    {
        var (model, tokenizer) = ModelNames.Load(named, tokenizerFile);
        using var owned = model;
        try
        {
            var start = request.Ids is { } numbers
                ? Arguments.Ids(numbers)
                : ModelNames.Needed(tokenizer, named).Start(request.Prompt);
            // Also says when a number is no token of this model.
            var before =
                start.Length == 0
                    ? throw new LabException("there is nothing to continue")
                    : Likelihood.Of(model, start);
            var count = request.Steps is { } steps ? Math.Max(steps - start.Length + 1, 1) : request.Limit;
            var (responses, _) = new TextGenerator(model, TimeProvider.System, tokenizer?.OtherEnds).Continue(
                [start],
                count,
                tokenizer?.End ?? -1,
                new SamplingSpec(request.Temperature),
                request.Seed,
                ChargeKind.Evaluation
            );
            var likelihoods = logprobs
                ? Likelihood
                    .Of(model, [.. start, .. responses[0]])
                    .LogProbabilities.Skip(before.LogProbabilities.Count)
                    .ToArray()
                : null;
            return new Sample(
                PromptIds: start,
                TokenIds: responses[0],
                Text: tokenizer is null ? null : Continued(tokenizer, start[^1], responses[0]),
                Whole: tokenizer?.Decode([.. start, .. responses[0]]),
                LogProbabilities: likelihoods
            );
        }
        catch (LabException error)
        {
            throw new UsageException((request.Ids is null ? "--prompt: " : "--token-ids: ") + error.Message, "");
        }
    }

    // The text that goes on with the prompt's, a space at its beginning included.
    private static string Continued(ITokenizer tokenizer, int before, IReadOnlyList<int> tokens)
    {
        var stream = new TextStream(tokenizer, before);
        return string.Concat(tokens.Select(stream.Add)) + stream.End();
    }

    private static void SideBySide(string[] names, string[] texts)
    {
        var table = new Table()
            .Border(TableBorder.Simple)
            .AddColumns([.. names.Select(name => new TableColumn(Markup.Escape(name)))]);
        table.AddRow([.. texts.Select(text => Markup.Escape(text))]);
        AnsiConsole.Write(table);
    }

    private sealed record Request(string Prompt, string? Ids, int Limit, int? Steps, double Temperature, Seed Seed);

    /// <summary>A prompt and its continuation; texts are null without a tokenizer.</summary>
    private sealed record Sample(
        int[] PromptIds,
        int[] TokenIds,
        string? Text,
        string? Whole,
        double[]? LogProbabilities
    )
    {
        internal string Shown => Whole ?? string.Join(',', TokenIds);

        internal object ToJson()
        {
            var fields = new Dictionary<string, object?>
            {
                ["prompt_ids"] = PromptIds,
                ["token_ids"] = TokenIds,
                ["text"] = Text,
            };
            if (LogProbabilities is not null)
                fields["token_logprobs"] = LogProbabilities;
            return fields;
        }
    }
}
