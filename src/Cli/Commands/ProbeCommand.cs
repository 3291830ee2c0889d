using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Lab.Measurement;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;
using Bench.Protocol.Specs.Sections;

namespace Bench.Cli.Commands;

/// <summary>bench probe: what bench measure measures in a process of its own. People do not need it.</summary>
internal static class ProbeCommand
{
    private const string Name = "probe";

    internal static Command Create()
    {
        var experiment = new Argument<string>("experiment") { Description = "An experiment file." };
        var load = new Command("load", "Plan as a worker does, load libtorch, and end.") { experiment };
        load.SetAction(parsed =>
        {
            var file = parsed.GetValue(experiment)!;
            Planner.Make(ExperimentFile.Load(file), Workplace.Current.Files(file));
            LibTorch.Require();
        });
        var steps = new Command(
            "first-steps",
            "Seconds of this process's first steps beyond later ones, and of a later one."
        );
        steps.SetAction(_ =>
        {
            var (warmUp, step) = MachineMeasurement.FirstSteps(TimeProvider.System);
            Console.WriteLine(FormattableString.Invariant($"{warmUp:R} {step:R}"));
        });
        return new Command(Name, "Measure something in this process.") { load, steps, CreateUse() }.Hide();
    }

    private static Command CreateUse()
    {
        var format = new Argument<string>("format") { Description = "The format of the model." };
        var folder = new Argument<string>("folder") { Description = "The folder that it was written into." };
        var tokens = new Argument<int>("tokens") { Description = "New tokens of each timed response." };
        var spec = new Option<string?>("--spec")
        {
            Description = "The experiment whose items are answered, as it is now.",
        };
        var original = new Option<string?>("--of")
        {
            Description = "The experiment file, beside which its paths start.",
        };
        var command = new Command("use", "Measure a model in use.") { format, folder, tokens, spec, original };
        command.SetAction(parsed =>
        {
            var of = Names<ModelFormat>.Find(parsed.GetValue(format)!)!.Value;
            var (path, bytes) = UseMeasurement.Find(of, parsed.GetValue(folder)!);
            var (model, tokenizer) = UseMeasurement.Load(of, path);
            using var owned = model;
            var use = UseMeasurement.Measure(model, bytes, parsed.GetValue(tokens), TimeProvider.System);
            var scores = parsed.GetValue(spec) is { } snapshot
                ? UseMeasurement.Solve(
                    ExperimentFile.Load(snapshot),
                    Workplace.Current.Files(parsed.GetValue(original)!),
                    model,
                    tokenizer!,
                    TimeProvider.System
                )
                : [];
            Console.WriteLine(JsonSerializer.Serialize(new Probed(use, scores)));
        });
        return command;
    }

    /// <summary>Measures a model in a format, in a process that does nothing else.</summary>
    /// <param name="format">The format's name.</param>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="tokens">New tokens of each timed response.</param>
    /// <param name="spec">The experiment whose items it answers; null for no items.</param>
    /// <param name="cancel">Ends the measuring process.</param>
    /// <exception cref="LabException">It could not be measured.</exception>
    internal static (ModelUse Use, IReadOnlyList<TaskScores> Scores) Use(
        string format,
        Decoder model,
        ITokenizer tokenizer,
        int tokens,
        ExperimentSpec? spec,
        CancellationToken cancel
    )
    {
        var folder = Directory.CreateTempSubdirectory("bench-use-").FullName;
        try
        {
            UseMeasurement.Write(Names<ModelFormat>.Find(format)!.Value, folder, model, tokenizer);
            string[] items = spec is null
                ? []
                : ["--spec", Workplace.Current.Snapshot(spec), "--of", Path.GetFullPath(spec.File)];
            var said = Said(["use", format, folder, tokens.ToString(CultureInfo.InvariantCulture), .. items], cancel);
            var (use, scores) = JsonSerializer.Deserialize<Probed>(said)!;
            return (use, scores);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The output of another process of this command.</summary>
    internal static string Said(params string[] words) => Said(words, CancellationToken.None);

    private static string Said(string[] words, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [typeof(ProbeCommand).Assembly.Location, Name, .. words]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        (start.Environment["OMP_NUM_THREADS"], start.Environment["MKL_NUM_THREADS"]) = ("1", "1");
        using var process = Process.Start(start) ?? throw new IOException("cannot start a measuring process");
        using var stop = cancel.Register(() => process.Kill(entireProcessTree: true));
        var complaints = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancel.ThrowIfCancellationRequested();
        return WorkerProcess.Problem(process.ExitCode, complaints.Result) is { } problem
            ? throw new LabException($"a measuring process failed: {problem}; ./bench doctor tells what is wrong")
            : output.Trim();
    }

    private static Command Hide(this Command command)
    {
        command.Hidden = true;
        return command;
    }

    private sealed record Probed(ModelUse Use, IReadOnlyList<TaskScores> Scores);
}
