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

    private readonly int[] members = [.. Enumerable.Range(0, Batch)];
    private Decoder model = null!;
    private AdamW adam = null!;
    private Trainer trainer = null!;
    private Lesson lesson = null!;

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
        adam = new AdamW(model, optimiser);
        trainer = new Trainer(model, optimiser, TimeProvider.System);
        var random = new Seed(1).Stream("tokens");
        lesson = new Lesson([.. members.Select(_ => new Sequence([.. Enumerable.Range(0, Time + 1).Select(_ => random.Next(256))], 1))], null, new double[Batch]);
    }

    [Benchmark]
    public double CrossEntropy() => trainer.Step(lesson, members, Time, Batch * Time, MethodObjective.CrossEntropy, adam, 1e-3);

    [GlobalCleanup]
    public void CleanUp()
    {
        adam.Dispose();
        model.Dispose();
    }
}
