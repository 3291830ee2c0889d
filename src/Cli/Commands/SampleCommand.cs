using System.CommandLine;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Spectre.Console;

namespace Bench.Cli.Commands;

/// <summary>bench sample: what a model writes; two models side by side.</summary>
internal static class SampleCommand
{
    internal static Command Create()
    {
        var models = new Argument<string[]>("model")
        {
            Arity = new ArgumentArity(1, 2),
            Description = "A model's folder, a llama2.c .bin file, or a run of an experiment as experiment/run; two are shown side by side.",
        };
        var prompt = new Option<string>("--prompt") { Description = "The text to continue.", DefaultValueFactory = _ => "" };
        var tokenizer = new Option<string?>("--tokenizer") { Description = "The tokenizer of a .bin file (default: tokenizer.bin or tok*.bin beside it)." };
        var limit = new Option<int>("--max-tokens") { Description = "The most new tokens.", DefaultValueFactory = _ => 256 };
        var steps = new Option<int?>("--steps") { Description = "Tokens in all after the begin token, the prompt's included, as llama2.c counts." };
        var temperature = new Option<double>("--temperature") { Description = "0 is greedy.", DefaultValueFactory = _ => 0 };
        var seed = new Option<long>("--seed") { Description = "Of what is drawn.", DefaultValueFactory = _ => 0 };
        temperature.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() < 0) result.AddError("--temperature must be at least 0");
        });
        foreach (var positive in new Option[] { limit, steps })
        {
            positive.Validators.Add(result =>
            {
                if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var number) && number < 1) result.AddError($"{positive.Name} must be at least 1");
            });
        }

        var command = new Command("sample", "Generate from a teacher or student; side by side when given two.") { models, prompt, tokenizer, limit, steps, temperature, seed };
        command.SetAction(parsed =>
        {
            var texts = parsed.GetValue(models)!.Select(model => Write(
                model, parsed.GetValue(tokenizer), parsed.GetValue(prompt)!, parsed.GetValue(limit), parsed.GetValue(steps), parsed.GetValue(temperature), new Seed(parsed.GetValue(seed)))).ToArray();
            if (texts.Length == 1) Console.WriteLine(texts[0]);
            else SideBySide(parsed.GetValue(models)!, texts);
            return ExitCodes.Done;
        });
        return command;
    }

    private static string Write(string named, string? tokenizerFile, string prompt, int limit, int? steps, double temperature, Seed seed)
    {
        var (model, tokenizer) = ModelNames.Load(named, tokenizerFile);
        using var owned = model;
        int[] start;
        try
        {
            start = tokenizer.Start(prompt);
        }
        catch (LabException error)
        {
            throw new SpecException(null, "--prompt: " + error.Message, "");
        }

        var count = steps is null ? limit : Math.Max(steps.Value - start.Length + 1, 1);
        var (responses, _) = new TextGenerator(model, TimeProvider.System).Continue([start], count, tokenizer.End, new SamplingSpec(temperature), seed, ChargeKind.Evaluation);
        return tokenizer.Decode([.. start, .. responses[0]]);
    }

    private static void SideBySide(string[] names, string[] texts)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns([.. names.Select(name => new TableColumn(Markup.Escape(name)))]);
        table.AddRow([.. texts.Select(text => Markup.Escape(text))]);
        AnsiConsole.Write(table);
    }
}
