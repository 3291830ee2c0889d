using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Machines;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using MathNet.Numerics.Statistics;
using static TorchSharp.torch;

namespace Bench.Lab.Measurement;

/// <summary>
/// Measures what steps of the work that experiments consist of take on one thread of this machine: medians of several
/// rounds, and of matrix products the best.
/// </summary>
public static class MachineMeasurement
{
    private static readonly int[] Widths = [16, 32, 64, 128, 256];
    private static readonly int[] Lengths = [8, 32, 128];
    private static readonly int[] Together = [1, 16, 64];
    private static readonly int[] Readings = [8, 128];

    private const int Batch = 32;
    private const int Time = 32;
    private const int Prompt = 8;
    private const int Vocabulary = 64;
    private const int Heads = 4;

    // The model and the step of what is measured at one size only.
    private const int Usual = 32;

    private const int Passes = 3;
    private const int Steps = 10;

    /// <summary>
    /// Measures; what processes take to start, to warm up and side by side is for the caller to measure, by starting
    /// some.
    /// </summary>
    public static MachineRates Measure(
        string processor,
        double startSeconds,
        double warmUpSeconds,
        double keptTogether,
        TimeProvider clock,
        Action<string> progress
    )
    {
        set_num_threads(1);
        progress("matrix products");
        var matrix = LibTorch.MatrixRate(clock, 2048);
        // All methods are compiled before anything is timed.
        FirstSteps(clock);
        // Passes far apart: a machine that is shared is slow for seconds at a time.
        var steps = Enumerable
            .Range(1, Passes)
            .SelectMany(pass =>
            {
                progress($"training, writing and reading: pass {pass} of {Passes}");
                return Widths.SelectMany(width => StepsAt(width, clock)).ToArray();
            })
            .GroupBy(step => step with { Seconds = 0 })
            .Select(group => group.Key with { Seconds = group.Select(step => step.Seconds).Median() })
            .ToArray();
        progress("the signal cache");
        return new MachineRates(
            processor,
            steps,
            new ProcessRates(
                StartSeconds: startSeconds,
                WarmUpSeconds: warmUpSeconds,
                Cores: Environment.ProcessorCount,
                KeptTogether: keptTogether,
                SignalBytesPerSecond: SignalRate(clock),
                MatrixFlopsPerSecond: matrix
            )
        );
    }

    /// <summary>
    /// A look at this machine, at the widths of some models: enough to say about how long work will take. Of small
    /// models it takes a second or two.
    /// </summary>
    /// <param name="processor">Its name.</param>
    /// <param name="widths">Of the models.</param>
    /// <param name="startSeconds">Seconds that a process takes to start.</param>
    /// <param name="clock">The time.</param>
    public static MachineRates Look(string processor, IEnumerable<int> widths, double startSeconds, TimeProvider clock)
    {
        set_num_threads(1);
        var near = widths
            .Select(width => Widths.MinBy(known => Math.Abs(Math.Log((double)known / width))))
            .Distinct()
            .ToArray();
        var (warmUp, _) = FirstSteps(clock);
        // Nothing is known of processes side by side: the time left tells while they run.
        return new MachineRates(
            processor,
            [.. near.SelectMany(width => StepsAt(width, clock))],
            new ProcessRates(startSeconds, warmUp, Environment.ProcessorCount, 1)
        );
    }

    private static IEnumerable<MeasuredStep> StepsAt(int width, TimeProvider clock)
    {
        using var model = ModelOf(width);
        MeasuredStep Step(StepCase kind, int batch, int length, double flops, double seconds) =>
            new(
                Case: kind,
                Parameters: model.Shape.Parameters,
                Batch: batch,
                Length: length,
                Dtype: "f32",
                Detail: "",
                Seconds: seconds,
                Flops: flops,
                Watts: null
            );
        foreach (var length in Lengths)
        {
            using var training = new Rehearsal(model, length, clock);
            yield return Step(
                StepCase.Train,
                Batch,
                length,
                training.Flops,
                UseMeasurement.Median(clock, training.Step, rounds: Steps)
            );
        }

        model.Freeze();
        foreach (var rows in Together)
        {
            var (prompts, flops) = (Prompts(rows), 0.0);
            var seconds = UseMeasurement.Median(clock, () => flops = Write(model, prompts, clock));
            // Of one more token of each response.
            yield return Step(StepCase.Write, rows, Prompt + Time, flops / Time, seconds / Time);
        }

        foreach (var sequences in Readings)
        {
            var texts = Sequences(sequences);
            var scorer = new SequenceReader(model, clock);
            yield return Step(
                StepCase.Read,
                sequences,
                Time,
                sequences * ModelFlops.Forward(model.Shape, Time).Value,
                UseMeasurement.Median(clock, () => scorer.Predict(texts, ChargeKind.TeacherScoring))
            );
        }
    }

    private static Sequence[] Sequences(int count, int time = Time)
    {
        var random = new Seed(1).Stream("tokens");
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(_ => new Sequence([.. Enumerable.Range(0, time + 1).Select(_ => random.Next(Vocabulary))], 1)),
        ];
    }

    private static Decoder ModelOf(int width) =>
        Decoder.Initialise(
            new ModelShape
            {
                Layers = 2,
                Width = width,
                Heads = Heads,
                KeyValueHeads = Heads,
                HeadWidth = width / Heads,
                FeedForward = 8 * width / 3 / 8 * 8,
                Vocabulary = Vocabulary,
            },
            Compute.Cpu,
            new Seed(0)
        );

    /// <summary>
    /// Seconds of the first steps and responses beyond later ones, if this process has computed nothing before; and of
    /// a later step.
    /// </summary>
    public static (double WarmUpSeconds, double StepSeconds) FirstSteps(TimeProvider clock)
    {
        set_num_threads(1);
        using var model = ModelOf(Usual);
        (double Beyond, double Each) Begin(Action work, int steps)
        {
            var started = clock.GetTimestamp();
            for (var step = 0; step < steps; step++)
                work();
            var first = clock.GetElapsedTime(started).TotalSeconds;
            var each = UseMeasurement.Median(clock, work, untimed: 4 * steps, rounds: 2 * steps);
            return (first - steps * each, each);
        }

        using var training = new Rehearsal(model, Time, clock);
        var prompts = Prompts(Batch);
        var (warmUp, step) = Begin(training.Step, 200);
        return (Math.Max(0, warmUp + Begin(() => Write(model, prompts, clock), 10).Beyond), step);
    }

    private static int[][] Prompts(int rows) => [.. Sequences(rows).Select(sequence => sequence.Tokens[..Prompt])];

    private static double Write(Decoder model, int[][] prompts, TimeProvider clock) =>
        new TextGenerator(model, clock)
            .Continue(prompts, Time, -1, SamplingSpec.Greedy, default, ChargeKind.Evaluation)
            .Charge.Flops.Value;

    private static double SignalRate(TimeProvider clock)
    {
        const int K = 32;
        const int Count = 64;
        const int Tokens = 256;
        var path = Path.Combine(Path.GetTempPath(), $"bench-{Guid.NewGuid():N}.bin");
        try
        {
            var (tokens, values) = (new long[Tokens * K], new float[Tokens * K]);
            for (var i = 0; i < tokens.Length; i++)
                (tokens[i], values[i]) = (i % K, MathF.Pow(0.5f, i % K + 1));
            using (var writer = new TeacherProbabilities.Writer(path, Count, K, 1000, 1, sampled: false))
            {
                for (var i = 0; i < Count; i++)
                    writer.Write(i, tokens, values);
                writer.Complete();
            }

            using var scores = new TeacherProbabilities(path);
            return 4.0
                * Count
                * tokens.Length
                / UseMeasurement.Median(
                    clock,
                    () =>
                    {
                        for (var i = 0; i < Count; i++)
                            scores.Read(i, tokens, values);
                    }
                );
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Training of a model on random sequences, step by step.</summary>
    private sealed class Rehearsal : IDisposable
    {
        private const double LearningRate = 1e-4;

        private readonly StudentObjective objective;
        private readonly Learner learner;
        private readonly PreparedCurriculum curriculum;

        internal Rehearsal(Decoder model, int length, TimeProvider clock)
        {
            var optimiser = new OptimiserSpec { LearningRate = LearningRate, Batch = Batch };
            objective = StudentObjective.OfText(model);
            learner = new Learner(objective, model.Compute, optimiser);
            curriculum = new PreparedCurriculum(
                Lesson.Of(Sequences(4 * Batch, length)),
                objective,
                model.Shape,
                model.Compute,
                optimiser,
                new Seed(2)
            );
            Flops = Batch * ModelFlops.Training(model.Shape, length).Value;
        }

        /// <summary>Of a step.</summary>
        internal double Flops { get; }

        public void Dispose()
        {
            learner.Dispose();
            objective.Dispose();
        }

        internal void Step() => learner.Step(curriculum.Next(), LearningRate);
    }
}
