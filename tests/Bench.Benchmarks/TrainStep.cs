using Bench.Lab.Models;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Bench.Benchmarks;

/// <summary>
/// One training step, from token ids to updated weights, at the default shapes of the PyTorch peer: 4 layers of width 128, 4 heads, inner width
/// 344, vocabulary 256, 32 sequences of 128 tokens that all carry loss.
/// </summary>
public class TrainStep
{
    private const int Batch = 32;
    private const int Time = 128;

    private Decoder model = null!;
    private MethodObjective objective = null!;
    private AdamW adam = null!;
    private Trainer trainer = null!;
    private PreparedCurriculum curriculum = null!;

    /// <summary>The fused kernels, and torch's own operations for comparison.</summary>
    [Params(true, false)]
    public bool Fused { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        var shape = new ModelShape { Layers = 4, Width = 128, Heads = 4, KeyValueHeads = 4, HeadWidth = 32, FeedForward = 344, Vocabulary = 256 };
        var optimiser = new OptimiserSpec { LearningRate = 1e-3, Batch = Batch };
        model = Decoder.Initialise(shape, Fused ? Compute.Cpu : Compute.Composite, new Seed(0));
        objective = MethodObjective.CrossEntropy(model);
        adam = new AdamW(objective.Parameters, model.Compute, optimiser);
        trainer = new Trainer(objective.Parameters, model.Compute, optimiser, TimeProvider.System);
        var random = new Seed(1).Stream("tokens");
        var lesson = Lesson.Of([.. Enumerable.Range(0, Batch).Select(_ => new Sequence([.. Enumerable.Range(0, Time + 1).Select(_ => random.Next(256))], 1))]);
        curriculum = new PreparedCurriculum(lesson, objective, shape, model.Compute, optimiser, new Seed(2));
    }

    [Benchmark]
    public double CrossEntropy() => trainer.Step(curriculum.Next(), adam, 1e-3).Loss;

    [GlobalCleanup]
    public void CleanUp()
    {
        adam.Dispose();
        model.Dispose();
    }
}
