using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Objectives;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Bench.Benchmarks;

/// <summary>
/// One training step, from token ids to updated weights, of 32 sequences of tokens that all carry loss.
/// </summary>
public class TrainStep
{
    private readonly List<IDisposable> owned = [];
    private Func<TrainingStep> crossEntropy = null!;
    private Func<TrainingStep> denseKl = null!;
    private Learner text = null!;
    private Learner probabilities = null!;

    [Params("answers", "traces", "narrow", "default", "wide")]
    public string Shape { get; set; } = "";

    /// <summary>By hand, and by torch's own operations and autograd for comparison.</summary>
    [Params(true, false)]
    public bool Fused { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        var compute = Fused ? Compute.Cpu : Compute.Composite;
        var optimiser = new OptimiserSpec { LearningRate = 1e-3, Batch = PeerShapes.Batch };
        var (shape, time) = (PeerShapes.Named(Shape), PeerShapes.TimeOf(Shape));
        var (model, teacher) = (
            Decoder.Initialise(shape, compute, new Seed(0)),
            Decoder.Initialise(PeerShapes.TeacherOf(Shape), compute, new Seed(3))
        );
        teacher.Freeze();
        var objective = StudentObjective.OfText(model);
        text = new Learner(objective, compute, optimiser);
        probabilities = new Learner(
            new StudentObjective(new ForwardKl { Temperature = 2 }, model, null, default),
            compute,
            optimiser
        );
        owned.AddRange([model, teacher, text, probabilities]);
        var random = new Seed(1).Stream("tokens");
        var sequences = Enumerable
            .Range(0, PeerShapes.Batch)
            .Select(_ => new Sequence([.. Enumerable.Range(0, time + 1).Select(_ => random.Next(shape.Vocabulary))], 1))
            .ToArray();
        crossEntropy = new PreparedCurriculum(
            Lesson.Of(sequences),
            objective,
            shape,
            compute,
            optimiser,
            new Seed(2)
        ).Next;
        // As the peer does: the teacher reads the batch while the student learns.
        var cost = new StepCost(
            Flops.Zero,
            Flops.Zero,
            PeerShapes.Batch * time,
            PeerShapes.Batch * time,
            PeerShapes.Batch
        );
        denseKl = () =>
            new TrainingStep(
                cost,
                [
                    () =>
                    {
                        var batch = BatchBuilder.Of(sequences, time, compute);
                        Tensor target;
                        using (no_grad())
                            target = teacher.Logits(batch.Ids);
                        return batch with { Teacher = new TeacherDistribution.Dense(target) };
                    },
                ]
            );
    }

    [Benchmark]
    public double CrossEntropyLoss() => text.Step(crossEntropy(), 1e-3).Loss;

    [Benchmark]
    public double DenseKl() => probabilities.Step(denseKl(), 1e-3).Loss;

    [GlobalCleanup]
    public void CleanUp() => owned.ForEach(one => one.Dispose());
}
