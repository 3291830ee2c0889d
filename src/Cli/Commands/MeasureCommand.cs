using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Lab.Measurement;
using Bench.Protocol.Machines;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Tasks;
using Bench.Report.Style;
using MathNet.Numerics.Statistics;

namespace Bench.Cli.Commands;

/// <summary>bench measure: what this machine sustains, or what using a model takes.</summary>
internal static class MeasureCommand
{
    private const int Rounds = 3;

    internal static Command Create()
    {
        var models = new Argument<string[]>("model")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description =
                "None: this machine. Else a model's folder, a llama2.c .bin file, or a run of an experiment as "
                + "experiment/run.",
        };
        var tokenizer = Arguments.Tokenizer();
        var tokens = new Option<int>("--tokens")
        {
            Description = "New tokens of each timed response.",
            DefaultValueFactory = _ => 128,
        };
        tokens.Within(1, 1 << 20);
        var json = new Option<bool>("--json")
        {
            Description = "One JSON object: for each model and format, or of this machine.",
        };
        var command = new Command(
            "measure",
            "This machine's speed (about a minute), by which plan predicts; or what using models takes in each format."
        )
        {
            models,
            tokenizer,
            tokens,
            json,
        };
        command.SetAction(
            async (parsed, _) =>
            {
                var cancel = Interruption.Token;
                var named = parsed.GetValue(models)!;
                if (named.Length == 0)
                {
                    foreach (var option in (Option[])[tokenizer, tokens])
                        if (parsed.GetResult(option) is { Implicit: false })
                            throw new UsageException(
                                $"{option.Name} is of a model, and none is named",
                                "name a model, or leave it out to measure this machine"
                            );
                    // It ends at once when interrupted: the table is written whole or not at all.
                    await Task.Run(() => Machine(parsed.GetValue(json)), cancel).WaitAsync(cancel);
                }
                else
                {
                    Measure(named, parsed.GetValue(tokenizer), parsed.GetValue(tokens), parsed.GetValue(json), cancel);
                }

                return ExitCodes.Done;
            }
        );
        return command;
    }

    // Kept under the processor's name, where plan, run and report find it.
    private static void Machine(bool json)
    {
        var place = Workplace.Current;
        void Say(string now)
        {
            if (!json)
                Console.Error.WriteLine($"bench: measuring {now}");
        }

        Say("this machine, for about a minute: how processes start");
        var start = UseMeasurement.Median(
            TimeProvider.System,
            () => ProbeCommand.Said("load", place.ExperimentFile("quickstart"))
        );
        Say("processes alone and side by side");
        // In turn: what else the machine does then weighs on both.
        var rounds = Enumerable
            .Range(0, Rounds)
            .Select(_ => (Alone: StepsOf(1)[0], Together: StepsOf(Environment.ProcessorCount)))
            .ToArray();
        var kept = Math.Min(
            1,
            rounds.Select(round => round.Alone[1] / round.Together.Average(steps => steps[1])).Median()
        );
        var warmUp = rounds.Select(round => round.Alone[0]).Median();
        var rates = MachineMeasurement.Measure(Processor.Name, start, warmUp, kept, TimeProvider.System, Say);
        var path = place.RatesOf(rates.Device);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = Workplace.Temporary(Path.GetDirectoryName(path)!);
        using (var stream = File.Create(temporary))
            rates.Write(stream);
        File.Move(temporary, path, overwrite: true);
        if (json)
            Console.WriteLine(
                JsonSerializer.Serialize(
                    new
                    {
                        device = rates.Device,
                        process = rates.Process,
                        steps = rates.Steps,
                    }
                )
            );
        else
            Print(rates, path);
    }

    private static void Print(MachineRates rates, string path)
    {
        Console.WriteLine($"{rates.Device}, one thread");
        Console.WriteLine($"{"case", -7}{"parameters", 11}{"batch", 7}{"length", 8}{"tokens/s", 11}{"GFLOP/s", 9}");
        foreach (
            var step in rates.Steps.OrderBy(step => step.Case).ThenBy(step => step.Parameters).ThenBy(step => step.Size)
        )
        {
            var tokens = step.Case == StepCase.Write ? step.Batch : step.Batch * step.Length;
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{step.Case.ToString().ToLowerInvariant(), -7}{step.Parameters, 11:0}{step.Batch, 7:0}"
                        + $"{step.Length, 8:0}{tokens / step.Seconds, 11:0}{step.Flops / step.Seconds / 1e9, 9:0.0}"
                )
            );
        }

        var process = rates.Process!;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"matrix products of 2048: {process.MatrixFlopsPerSecond / 1e9:0.0} GFLOP/s; signal cache "
                    + $"{process.SignalBytesPerSecond / 1e6:0} MB/s"
            )
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"a process starts in {process.StartSeconds:0.00} s and is at full speed "
                    + $"{process.WarmUpSeconds:0.00} s later; {process.Cores} at once keep {process.KeptTogether:0%} "
                    + $"of their speed"
            )
        );
        Console.WriteLine($"kept in {path}; bench plan predicts seconds from it");
    }

    /// <summary>A look at this machine, at the widths of an experiment's models, where it was not measured.</summary>
    internal static MachineRates Look(ExperimentSpec spec)
    {
        var widths = spec
            .Students.Select(student => student.Model.Width)
            .Concat(
                spec.Teachers.Where(teacher => teacher.Training is not null)
                    .Select(teacher => teacher.Training!.Model.Width)
            );
        return MachineMeasurement.Look(
            Processor.Name,
            widths,
            UseMeasurement.Median(
                TimeProvider.System,
                () => ProbeCommand.Said("load", spec.File),
                untimed: 0,
                rounds: 1
            ),
            TimeProvider.System
        );
    }

    // Of so many processes at once.
    private static double[][] StepsOf(int processes) =>
        Task.WhenAll(
                Enumerable
                    .Range(0, processes)
                    .Select(_ =>
                        Task.Factory.StartNew(
                            () =>
                                ProbeCommand
                                    .Said("first-steps")
                                    .Split(' ')
                                    .Select(word => double.Parse(word, CultureInfo.InvariantCulture))
                                    .ToArray(),
                            TaskCreationOptions.LongRunning
                        )
                    )
            )
            .GetAwaiter()
            .GetResult();

    private static string Json(string model, string format, ModelUse use, Dictionary<string, double> accuracy) =>
        JsonSerializer.Serialize(
            new
            {
                model,
                format,
                model_bytes = use.ModelBytes,
                first_token_seconds = use.FirstTokenSeconds,
                tokens_per_second = use.TokensPerSecond,
                tokens_per_second_16 = use.TokensPerSecond16,
                peak_bytes = use.PeakBytes,
                accuracy,
            }
        );

    private static string Row(string format, ModelUse use, Dictionary<string, double> accuracy)
    {
        var shares = accuracy.Select(pair =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{(accuracy.Count > 1 ? pair.Key + " " : "")}{pair.Value:0.000}"
            )
        );
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{format, -11}{use.ModelBytes / 1e6, 8:0.00}{1000 * use.FirstTokenSeconds, 10:0.00}"
                + $"{use.TokensPerSecond, 9:0}{use.TokensPerSecond16, 11:0}{use.PeakBytes / 1e6, 9:0}"
                + $"{1000 / use.TokensPerSecond, 9:0.000}  {string.Join(", ", shares)}"
        );
    }

    private static void Measure(string[] named, string? tokenizerFile, int tokens, bool json, CancellationToken cancel)
    {
        foreach (var name in named)
        {
            var (model, tokenizer) = ModelNames.LoadWeights(name, tokenizerFile);
            if (!json && name == named[0])
                Console.WriteLine(
                    $"{"format", -11}{"MB", 8}{"first ms", 10}{"tok/s", 9}{"tok/s x16", 11}{"peak MB", 9}"
                        + $"{"s/1000", 9}  accuracy"
                );
            using var owned = model;
            // Tasks whose answers are right or wrong can be answered in any format.
            var run = ModelNames.Run(name);
            var spec = run?.Plan.Spec is { } own && own.Tasks.All(task => task.Task.IsGraded()) ? own : null;
            if (!json)
                Console.WriteLine(name);
            foreach (var format in Names<ModelFormat>.All)
            {
                var (use, scores) = ProbeCommand.Use(format, model, tokenizer, tokens, spec, cancel);
                var accuracy = scores.ToDictionary(score => score.Task, score => score.Items.Average());
                Console.WriteLine(json ? Json(name, format, use, accuracy) : Row(format, use, accuracy));
            }
        }

        if (!json)
            Console.Write(
                TextWrap.Wrapped(
                    $"One thread, {Processor.Name}. First token after a prompt of {UseSpec.Prompt} tokens; tokens a "
                        + $"second of one response of {tokens}, and of {UseSpec.Batch} together (x16); s/1000: "
                        + $"seconds for 1,000 tokens of one response.",
                    78
                )
            );
    }
}
