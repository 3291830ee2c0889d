using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Lab.Evaluation;
using Bench.Protocol.Costs;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Cli.Commands;

/// <summary>bench measure: what using a model takes.</summary>
internal static class MeasureCommand
{
    internal static Command Create()
    {
        var models = new Argument<string[]>("model") { Arity = ArgumentArity.OneOrMore, Description = "A model's folder, a llama2.c .bin file, or a run of an experiment as experiment/run." };
        var tokenizer = Arguments.Tokenizer();
        var tokens = new Option<int>("--tokens") { Description = "New tokens of each timed response.", DefaultValueFactory = _ => 128 };
        tokens.Within(1, 1 << 20);
        var json = new Option<bool>("--json") { Description = "One JSON object for each model and format." };
        var alone = new Option<bool>(UseMeasurement.Alone) { Hidden = true, Description = "Measure in this process, as it is." };
        var experiment = new Option<string?>("--of") { Hidden = true, Description = "The experiment whose items are answered." };
        var command = new Command("measure", "What using models takes in each format: size, first token, tokens a second, memory, energy, accuracy.") { models, tokenizer, tokens, json, alone, experiment };
        command.SetAction((parsed, cancel) =>
        {
            var named = parsed.GetValue(models)!;
            if (parsed.GetValue(alone))
            {
                var (model, spelling) = ModelNames.Load(named[0]);
                using (model) UseMeasurement.Print(model, spelling, parsed.GetValue(tokens), parsed.GetValue(experiment));
            }
            else
            {
                Measure(named, parsed.GetValue(tokenizer), parsed.GetValue(tokens), parsed.GetValue(json), cancel);
            }

            return Task.FromResult(ExitCodes.Done);
        });
        return command;
    }

    private static void Measure(string[] named, string? tokenizerFile, int tokens, bool json, CancellationToken cancel)
    {
        if (!json) Console.WriteLine($"{"format",-11}{"MB",8}{"first ms",10}{"tok/s",9}{"tok/s x16",11}{"peak MB",9}{"J/1000",9}  accuracy");
        foreach (var name in named)
        {
            var (model, tokenizer) = ModelNames.LoadWeights(name, tokenizerFile);
            using var owned = model;
            // Tasks whose answers are right or wrong can be answered in any format.
            var run = ModelNames.Run(name);
            var spec = run?.Plan.Spec is { } own && DeploymentSpec.Suits(own) ? own : null;
            var price = run?.Plan.Spec.Prices ?? Accelerator.Named("cloud-vcpu");
            if (!json) Console.WriteLine(name);
            foreach (var format in ModelUse.Formats)
            {
                var found = UseMeasurement.Of(format, model, tokenizer, tokens, spec?.File, cancel);
                var joules = price.EstimatedEnergy(new Seconds(1000 / found.Use.TokensPerSecond)).Value;
                var accuracy = found.Scores.ToDictionary(score => score.Task, score => score.Items.Average());
                Console.WriteLine(json
                    ? JsonSerializer.Serialize(new { model = name, format, model_bytes = found.Bytes, first_token_seconds = found.Use.FirstTokenSeconds, tokens_per_second = found.Use.TokensPerSecond, tokens_per_second_16 = found.Use.TokensPerSecond16, peak_bytes = found.PeakBytes, joules_per_1000_tokens = joules, accuracy })
                    : string.Create(CultureInfo.InvariantCulture, $"{format,-11}{found.Bytes / 1e6,8:0.00}{1000 * found.Use.FirstTokenSeconds,10:0.00}{found.Use.TokensPerSecond,9:0}{found.Use.TokensPerSecond16,11:0}{found.PeakBytes / 1e6,9:0}{joules,9:0.000}  {string.Join(", ", accuracy.Select(pair => $"{(accuracy.Count > 1 ? pair.Key + " " : "")}{pair.Value:0.000}"))}"));
            }
        }

        if (!json) Console.WriteLine($"One thread, {ManifestOf.Cpu()}; first token after {DeploymentSpec.Prompt}, responses of {tokens}; joules are declared watts times seconds.");
    }
}
