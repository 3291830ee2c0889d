using System.Diagnostics;
using Bench.Lab.Checkpoints;
using Bench.Lab.Evaluation;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Lab.Text;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using MathNet.Numerics.Statistics;
using static TorchSharp.torch;

namespace Bench.Lab.Measurement;

/// <summary>Measures a finished model in use.</summary>
public static class UseMeasurement
{
    private const int Untimed = 3;
    private const int Rounds = 7;

    /// <summary>Writes a model into a folder in a format.</summary>
    /// <returns>The path that a user would load, and the bytes of its weights and graph.</returns>
    public static (string Path, long Bytes) Write(
        ModelFormat format,
        string folder,
        Decoder model,
        ITokenizer tokenizer
    )
    {
        if (format == ModelFormat.Torch)
            ModelFolder.Save(folder, model, tokenizer);
        else
            OnnxExport.Save(folder, model, tokenizer, int8: format == ModelFormat.OnnxInt8);
        return Find(format, folder);
    }

    /// <summary>Finds the file or folder that a user would load.</summary>
    public static (string Path, long Bytes) Find(ModelFormat format, string folder)
    {
        if (format == ModelFormat.Torch)
            return (folder, Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length));
        var graph = Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).Single();
        return (graph, Directory.EnumerateFiles(Path.GetDirectoryName(graph)!).Sum(file => new FileInfo(file).Length));
    }

    /// <summary>Loads what a user would load.</summary>
    public static (ILanguageModel Model, ITokenizer? Tokenizer) Load(ModelFormat format, string path)
    {
        if (format != ModelFormat.Torch)
            return (OnnxFolder.Load(path), OnnxFolder.FindTokenizer(path));
        var (model, tokenizer) = ModelFolder.Load(path, Compute.Cpu);
        model.Freeze();
        return (model, tokenizer);
    }

    /// <summary>Times a model that writes a number of new tokens, on one thread of this process.</summary>
    public static ModelUse Measure(ILanguageModel model, long bytes, int tokens, TimeProvider clock)
    {
        set_num_threads(1);
        var random = new Seed(11).Stream("prompt");
        int[] Prompt() => [.. Enumerable.Range(0, UseSpec.Prompt).Select(_ => random.Next(model.Shape.Vocabulary))];
        int[][] prompts = [.. Enumerable.Range(0, UseSpec.Batch).Select(_ => Prompt())];
        var generator = new TextGenerator(model, clock);
        double Seconds(int rows, int limit) =>
            Median(
                clock,
                () =>
                    generator.Continue(prompts[..rows], limit, -1, SamplingSpec.Greedy, default, ChargeKind.Evaluation)
            );
        var (first, alone, together) = (Seconds(1, 1), Seconds(1, tokens), Seconds(UseSpec.Batch, tokens));
        using var process = Process.GetCurrentProcess();
        return new ModelUse
        {
            ModelBytes = bytes,
            FirstTokenSeconds = first,
            TokensPerSecond = tokens / alone,
            TokensPerSecond16 = UseSpec.Batch * tokens / together,
            PeakBytes = process.PeakWorkingSet64,
            Processor = Processor.Name,
        };
    }

    /// <summary>
    /// The model's score on each held-out item of an experiment's tasks, by the first metric of each.
    /// </summary>
    /// <exception cref="LabException">The tasks have no answers.</exception>
    public static IReadOnlyList<TaskScores> Solve(
        ExperimentSpec spec,
        CheckpointFiles files,
        ILanguageModel model,
        ITokenizer tokenizer,
        TimeProvider clock
    )
    {
        var evaluation = new EvaluationSpec { Items = spec.Evaluation.Items, Split = spec.Evaluation.Split };
        var (scores, _) = new TaskEvaluator(spec.Tasks, evaluation, new ProblemBank(files), tokenizer, clock).Solve(
            model,
            default
        );
        return
        [
            .. spec.Tasks.Select(task =>
                scores.First(score => score.Task == task.Name && score.Metric == task.Task.Metrics[0].Name)
            ),
        ];
    }

    /// <summary>Median seconds of some work over several rounds.</summary>
    public static double Median(TimeProvider clock, Action work, int untimed = Untimed, int rounds = Rounds)
    {
        for (var round = 0; round < untimed; round++)
            work();
        var seconds = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            var started = clock.GetTimestamp();
            work();
            seconds[round] = clock.GetElapsedTime(started).TotalSeconds;
        }

        return seconds.Median();
    }
}
