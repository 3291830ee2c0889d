using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Lab.Evaluation;

/// <summary>Measures what one thread of this machine sustains in the work that experiments consist of: medians of several rounds, and of matrix products the best.</summary>
public static class MachineMeasurement
{
    private static readonly int[] Widths = [16, 32, 64, 128, 256];
    private static readonly int[] StepTokens = [256, 1024, 4096];
    private static readonly int[] Together = [1, 16, 64];

    private const int Time = 32;
    private const int Vocabulary = 64;

    /// <summary>Measures; the start of a process is for the caller to measure.</summary>
    public static MachineProfile Measure(string processor, string measured, double startSeconds, TimeProvider clock, Action<string> progress)
    {
        set_num_threads(1);
        progress("matrix products");
        var matrix = LibTorch.MatrixRate(clock, 2048);
        var (training, generation, scoring) = (new List<MeasuredRate>(), new List<MeasuredRate>(), new List<MeasuredRate>());
        foreach (var width in Widths)
        {
            progress($"training, writing and reading at width {width}");
            var shape = new ModelShape { Layers = 2, Width = width, Heads = Math.Max(1, width / 16), KeyValueHeads = Math.Max(1, width / 16), HeadWidth = 16, FeedForward = 8 * width / 3 / 8 * 8, Vocabulary = Vocabulary };
            using var model = Decoder.Initialise(shape, Compute.Cpu, new Seed(0));
            foreach (var tokens in StepTokens) training.Add(new MeasuredRate(width, tokens, TrainingRate(model, tokens / Time, clock)));
            model.Freeze();
            foreach (var rows in Together) generation.Add(new MeasuredRate(width, rows, GenerationRate(model, rows, clock)));
            scoring.Add(new MeasuredRate(width, 4096, ScoringRate(model, 4096 / Time, clock)));
        }

        progress("the signal cache");
        return new MachineProfile
        {
            Processor = processor, Measured = measured, MatrixFlopsPerSecond = matrix, Training = training, Generation = generation, Scoring = scoring,
            SignalBytesPerSecond = SignalRate(clock), StartSeconds = startSeconds,
        };
    }

    private static Sequence[] Sequences(int count)
    {
        var random = new Seed(1).Stream("tokens");
        return [.. Enumerable.Range(0, count).Select(_ => new Sequence([.. Enumerable.Range(0, Time + 1).Select(_ => random.Next(Vocabulary))], 1))];
    }

    private static double TrainingRate(Decoder model, int batch, TimeProvider clock)
    {
        var optimiser = new OptimiserSpec { LearningRate = 1e-4, Batch = batch };
        using var objective = MethodObjective.CrossEntropy(model);
        using var adam = new AdamW(objective.Parameters, model.Compute, optimiser);
        var trainer = new Trainer(objective.Parameters, model.Compute, optimiser, clock);
        var curriculum = new PreparedCurriculum(Lesson.Of(Sequences(4 * batch)), objective, model.Shape, model.Compute, optimiser, new Seed(2));
        // Past the steps in which methods are compiled anew.
        var seconds = ModelUse.Median(clock, () => trainer.Step(curriculum.Next(), adam, 1e-4), untimed: 40, rounds: 15);
        return batch * ModelFlops.Training(model.Shape, Time).Value / seconds;
    }

    private static double GenerationRate(Decoder model, int rows, TimeProvider clock)
    {
        int[][] prompts = [.. Sequences(rows).Select(sequence => sequence.Tokens[..8])];
        var generator = new TextGenerator(model, clock);
        var flops = 0.0;
        var seconds = ModelUse.Median(clock, () => flops = generator.Continue(prompts, Time, -1, SamplingSpec.Greedy, default, ChargeKind.Evaluation).Charge.Flops.Value);
        return flops / seconds;
    }

    private static double ScoringRate(Decoder model, int rows, TimeProvider clock)
    {
        var sequences = Sequences(rows);
        var scorer = new Scorer(model, clock);
        return rows * ModelFlops.Forward(model.Shape, Time).Value / ModelUse.Median(clock, () => scorer.Predict(sequences, ChargeKind.TeacherScoring));
    }

    private static double SignalRate(TimeProvider clock)
    {
        const int K = 32;
        const int Count = 64;
        const int Tokens = 256;
        var path = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.bin");
        try
        {
            var (tokens, values) = (new long[Tokens * K], new float[Tokens * K]);
            for (var i = 0; i < tokens.Length; i++) (tokens[i], values[i]) = (i % K, MathF.Pow(0.5f, i % K + 1));
            using (var writer = new TeacherScores.Writer(path, Count, K, 1000, 1, sampled: false))
            {
                for (var i = 0; i < Count; i++) writer.Write(i, tokens, values);
                writer.Complete();
            }

            using var scores = new TeacherScores(path);
            return 4.0 * Count * tokens.Length / ModelUse.Median(clock, () =>
            {
                for (var i = 0; i < Count; i++) scores.Read(i, tokens, values);
            });
        }
        finally
        {
            File.Delete(path);
        }
    }
}
