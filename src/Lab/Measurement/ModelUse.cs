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

/// <summary>How fast a model writes, on one thread: medians of several timed rounds after some that are not timed.</summary>
/// <param name="FirstTokenSeconds">From a prompt to the first token.</param>
/// <param name="TokensPerSecond">New tokens a second of one response, its prompt included.</param>
/// <param name="TokensPerSecond16">Of 16 responses together.</param>
public sealed record ModelUse(double FirstTokenSeconds, double TokensPerSecond, double TokensPerSecond16)
{
    /// <summary>Weights for TorchSharp in float32.</summary>
    public const string Torch = "torch-fp32";

    /// <summary>A graph for ONNX Runtime in float32.</summary>
    public const string Onnx = "onnx-fp32";

    /// <summary>A graph for ONNX Runtime in 8 bits.</summary>
    public const string OnnxInt8 = "onnx-int8";

    private const int Untimed = 3;
    private const int Rounds = 7;

    /// <summary>The formats in which a model can be used.</summary>
    public static IReadOnlyList<string> Formats { get; } = [Torch, Onnx, OnnxInt8];

    /// <summary>Writes a model into a folder in a format.</summary>
    /// <returns>What a user would load, and the bytes of its weights and graph.</returns>
    public static (string Path, long Bytes) Write(string format, string folder, Decoder model, ITokenizer tokenizer)
    {
        if (format == Torch)
        {
            ModelFolder.Save(folder, model, tokenizer);
            return (folder, Directory.EnumerateFiles(folder, "*.safetensors").Sum(file => new FileInfo(file).Length));
        }

        var graph = Path.Combine(folder, OnnxExport.Save(folder, model, tokenizer, int8: format == OnnxInt8));
        return (graph, Directory.EnumerateFiles(Path.GetDirectoryName(graph)!).Sum(file => new FileInfo(file).Length));
    }

    /// <summary>Times a model that writes a number of new tokens.</summary>
    public static ModelUse Measure(ILanguageModel model, int tokens, TimeProvider clock)
    {
        set_num_threads(1);
        var random = new Seed(11).Stream("prompt");
        int[][] prompts = [.. Enumerable.Range(0, UseSpec.Batch).Select(_ => Enumerable.Range(0, UseSpec.Prompt).Select(_ => random.Next(model.Shape.Vocabulary)).ToArray())];
        var generator = new TextGenerator(model, clock);
        double Seconds(int rows, int limit) => Median(clock, () => generator.Continue(prompts[..rows], limit, -1, SamplingSpec.Greedy, default, ChargeKind.Evaluation));
        return new ModelUse(Seconds(1, 1), tokens / Seconds(1, tokens), UseSpec.Batch * tokens / Seconds(UseSpec.Batch, tokens));
    }

    /// <summary>The model's score on each held-out item of an experiment's tasks, by the first metric of each.</summary>
    /// <exception cref="LabException">The tasks have no answers.</exception>
    public static IReadOnlyList<TaskScores> Solve(ExperimentSpec spec, CheckpointFiles files, ILanguageModel model, ITokenizer tokenizer, TimeProvider clock)
    {
        var evaluation = new EvaluationSpec { Items = spec.Evaluation.Items, Split = spec.Evaluation.Split };
        var (scores, _) = new TaskEvaluator(spec.Tasks, evaluation, new ProblemBank(files), tokenizer, clock).Solve(model, default);
        return [.. spec.Tasks.Select(task => scores.First(score => score.Task == task.Name && score.Metric == task.Task.Metrics[0].Name))];
    }

    /// <summary>Median seconds of some work over several rounds.</summary>
    public static double Median(TimeProvider clock, Action work, int untimed = Untimed, int rounds = Rounds)
    {
        for (var round = 0; round < untimed; round++) work();
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
