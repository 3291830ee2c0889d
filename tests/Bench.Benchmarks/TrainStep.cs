using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Signals;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Bench.Benchmarks;

/// <summary>One training step, from token ids to updated weights, of 32 sequences of 128 tokens that all carry loss.</summary>
public class TrainStep
{
    private readonly List<IDisposable> owned = [];
    private Func<TrainingStep> crossEntropy = null!;
    private Func<TrainingStep> denseKl = null!;
    private Trainer trainer = null!;
    private AdamW adam = null!;

    [Params("narrow", "default", "wide")]
    public string Shape { get; set; } = "";

    /// <summary>The fused kernels, and torch's own operations for comparison.</summary>
    [Params(true, false)]
    public bool Fused { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        var compute = Fused ? Compute.Cpu : Compute.Composite;
        var optimiser = new OptimiserSpec { LearningRate = 1e-3, Batch = PeerShapes.Batch };
        var shape = PeerShapes.Named(Shape);
        var (model, teacher) = (Decoder.Initialise(shape, compute, new Seed(0)), Decoder.Initialise(PeerShapes.TeacherOf(Shape), compute, new Seed(3)));
        teacher.Freeze();
        var objective = MethodObjective.CrossEntropy(model);
        adam = new AdamW(objective.Parameters, compute, optimiser);
        trainer = new Trainer(objective.Parameters, compute, optimiser, TimeProvider.System);
        owned.AddRange([model, teacher, adam]);
        var random = new Seed(1).Stream("tokens");
        var sequences = Enumerable.Range(0, PeerShapes.Batch).Select(_ => new Sequence([.. Enumerable.Range(0, PeerShapes.Time + 1).Select(_ => random.Next(256))], 1)).ToArray();
        crossEntropy = new PreparedCurriculum(Lesson.Of(sequences), objective, shape, compute, optimiser, new Seed(2)).Next;
        // As the peer does: the teacher reads the batch while the student learns.
        var cost = new StepCost(Flops.Zero, Flops.Zero, PeerShapes.Batch * PeerShapes.Time, PeerShapes.Batch * PeerShapes.Time, PeerShapes.Batch);
        denseKl = () => new TrainingStep(cost, [() =>
        {
            var batch = TrainingBatch.Of(sequences, PeerShapes.Time, compute);
            Tensor target;
            using (no_grad()) target = teacher.Logits(batch.Ids);
            return ForwardKl.Sum(compute, model.Logits(batch.Ids), batch.Rows, new TeacherDistribution.Dense(target), 2);
        }]);
    }

    [Benchmark]
    public double CrossEntropy() => trainer.Step(crossEntropy(), adam, 1e-3).Loss;

    [Benchmark]
    public double DenseKl() => trainer.Step(denseKl(), adam, 1e-3).Loss;

    [GlobalCleanup]
    public void CleanUp() => owned.ForEach(one => one.Dispose());
}
