using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Objectives;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Bench.Benchmarks;

/// <summary>
/// A training step on a cached signal of 32 entries a token, read from its file, beside a plain cross-entropy step of
/// the same shapes: at the vocabulary of the small experiments and at that of Qwen.
/// </summary>
public class CachedStep
{
    private readonly Dictionary<string, (Learner Learner, PreparedCurriculum Curriculum)> arms = new(
        StringComparer.Ordinal
    );
    private readonly string folder = Directory.CreateTempSubdirectory("bench-cached-").FullName;

    [Params(256, 151_936)]
    public int Vocabulary { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        var (batch, time) = Vocabulary > 1000 ? (4, 64) : (32, 128);
        var shape = new ModelShape
        {
            Layers = 4,
            Width = 128,
            Heads = 4,
            KeyValueHeads = 4,
            HeadWidth = 32,
            FeedForward = 344,
            Vocabulary = Vocabulary,
            TiedHead = true,
        };
        var optimiser = new OptimiserSpec { LearningRate = 1e-3, Batch = batch };
        var random = new Seed(1).Stream("tokens");
        var sequences = Enumerable
            .Range(0, 4 * batch)
            .Select(_ => new Sequence([.. Enumerable.Range(0, time + 1).Select(_ => random.Next(Vocabulary))], 1))
            .ToArray();
        foreach (var sampled in (bool[])[false, true])
            WriteScores(sequences, sampled, random);
        Add("cross-entropy", new CrossEntropy(), null);
        Add("forward-kl", new ForwardKl(), false);
        Add("forward-kl sampled", new ForwardKl(), true);

        void Add(string name, Objective loss, bool? sampled)
        {
            var model = Decoder.Initialise(shape, Compute.Cpu, new Seed(0));
            var objective = new StudentObjective(loss, model, null, default);
            var lesson = Lesson.Of(sequences) with
            {
                Probabilities = sampled is { } draws ? new TeacherProbabilities(PathOf(draws)) : null,
            };
            arms[name] = (
                new Learner(objective, Compute.Cpu, optimiser),
                new PreparedCurriculum(lesson, objective, shape, Compute.Cpu, optimiser, new Seed(2))
            );
        }
    }

    [Benchmark(Baseline = true)]
    public double CrossEntropyLoss() => Step("cross-entropy");

    [Benchmark]
    public double TopK() => Step("forward-kl");

    [Benchmark]
    public double Sampled() => Step("forward-kl sampled");

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(folder, recursive: true);

    private double Step(string name) => arms[name].Learner.Step(arms[name].Curriculum.Next(), 1e-3).Loss;

    private string PathOf(bool sampled) => Path.Combine(folder, $"{Vocabulary}-{sampled}.bin");

    private void WriteScores(Sequence[] sequences, bool sampled, RandomStream random)
    {
        const int K = 32;
        using var writer = new TeacherProbabilities.Writer(
            PathOf(sampled),
            sequences.Length,
            K,
            Vocabulary,
            1,
            sampled
        );
        var tokens = new long[sequences[0].ResponseLength * K];
        var values = new float[tokens.Length];
        for (var i = 0; i < sequences.Length; i++)
        {
            for (var entry = 0; entry < tokens.Length; entry++)
            {
                // Distinct neighbours of a random token, with falling probabilities.
                tokens[entry] = entry % K == 0 ? random.Next(Vocabulary - K) : tokens[entry - 1] + 1;
                values[entry] = sampled ? 1f / K : MathF.Pow(0.5f, entry % K + 1);
            }

            writer.Write(i, tokens, values);
        }

        writer.Complete();
    }
}
