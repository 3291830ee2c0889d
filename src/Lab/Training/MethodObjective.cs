using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Plans;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>A method's objective on a student: which loss, with which numbers, and what it learns beside the student.</summary>
internal sealed class MethodObjective : IDisposable
{
    private static readonly MethodSpec Plain = new() { Name = "cross-entropy", Objective = "cross-entropy", Signal = SignalKind.Text, Keep = Keep.Trace };

    private readonly MethodSpec method;
    private readonly IModel student;
    private readonly ModelShape? teacher;
    private readonly Tensor? projection;
    private readonly int layer;

    /// <param name="method">The method.</param>
    /// <param name="student">Who learns.</param>
    /// <param name="teacher">The teacher's shape, where activations are matched.</param>
    /// <param name="seed">Of a projection's first weights.</param>
    internal MethodObjective(MethodSpec method, IModel student, ModelShape? teacher, Seed seed)
    {
        (this.method, this.student, this.teacher) = (method, student, teacher);
        if (method.Signal != SignalKind.Hidden) return;
        layer = ObjectiveCatalogue.MatchedLayer(method, method.StudentLayer, student.Shape);
        if (method.Objective != "hidden-states") return;
        var random = seed.Stream("projection");
        var (rows, columns) = (teacher!.Width, student.Shape.Width);
        projection = TensorData.Of([.. Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextNormal() / Math.Sqrt(columns)))], rows, columns)
            .to(student.Compute.Type).to(student.Compute.Device).DetachFromDisposeScope().requires_grad_();
    }

    /// <summary>What training changes: the student, and a projection where the method has one.</summary>
    internal IReadOnlyList<Tensor> Parameters => [.. student.Parameters.Select(parameter => parameter.Tensor), .. projection is null ? [] : new[] { projection }];

    internal static MethodObjective OfText(IModel student) => new(Plain, student, null, default);

    /// <summary>Who learns.</summary>
    internal IModel Student => student;

    /// <summary>The loss of a batch where its gradient is known by hand, and the student's too; null where torch has to find them.</summary>
    internal ILogitLoss? LossByHand(TrainingBatch batch) => student is Decoder { Compute.Fused: true } ? Loss(batch) : null;

    /// <summary>The summed loss of a batch's rows as a tensor of one element.</summary>
    internal Tensor Sum(TrainingBatch batch)
    {
        var tap = layer > 0 ? new LayerTap(layer, method.Objective == "attention-relations") : null;
        var logits = student.Logits(batch.Ids, tap);
        if (Loss(batch) is { } loss) return loss.Sum(logits);
        var share = method.CrossEntropyWeight;
        var sum = Matched(batch, logits, tap);
        return share == 0 ? sum : sum * (1 - share) + CrossEntropy.Sum(logits, batch.Rows, batch.Targets) * share;
    }

    /// <summary>What the method computes beside the student for some sequences of one length.</summary>
    internal Flops Beside(int sequences, int time, long lossTokens) =>
        method.Signal == SignalKind.Hidden ? MatchingFlops.Training(method, student.Shape, teacher!, sequences, time, lossTokens) : Flops.Zero;

    public void Dispose() => projection?.Dispose();

    // Losses that are functions of the logits at the rows; null for the others.
    private ILogitLoss? Loss(TrainingBatch batch)
    {
        var (rows, temperature) = (batch.Rows, method.Temperature);
        ILogitLoss? main = method.Objective switch
        {
            "cross-entropy" or "rationale-multitask" => new CrossEntropy.Loss(rows, batch.Targets, batch.Weights),
            "forward-kl" => ForwardKl.Loss(rows, Teacher(batch), temperature),
            "reverse-kl" => ReverseKl.Loss(rows, Teacher(batch), temperature),
            "jsd" => JensenShannon.Loss(rows, Teacher(batch), method.Beta, temperature),
            "skew-kl" => SkewKl.Loss(rows, Teacher(batch), method.Alpha, temperature),
            "skew-reverse-kl" => SkewReverseKl.Loss(rows, Teacher(batch), method.Alpha, temperature),
            "tvd" => TotalVariation.Loss(rows, Teacher(batch), temperature),
            "policy-gradient" => new PolicyGradient.Loss(rows, batch.Targets, batch.Lengths, (TeacherDistribution.Dense)Teacher(batch), method.TeacherMix),
            _ => null,
        };
        var share = method.CrossEntropyWeight;
        return main is null || share == 0 ? main : new MixedLoss(main, new CrossEntropy.Loss(rows, batch.Targets), share);
    }

    // Losses that match sorted probabilities or activations.
    private Tensor Matched(TrainingBatch batch, Tensor logits, LayerTap? tap) => method.Objective switch
    {
        "uld" => UniversalLogits.Sum(logits / method.Temperature, batch.Paired ?? batch.Rows, ((TeacherDistribution.TopK)Teacher(batch)).Probabilities),
        "hidden-states" => HiddenStates.Sum(tap!.Taken, batch.Rows, batch.States!.index_select(0, batch.Rows), projection!),
        "attention-relations" => Relations(batch, tap!.Taken),
        _ => throw new LabException($"there is no objective '{method.Objective}'"),
    };

    private static TeacherDistribution Teacher(TrainingBatch batch) => batch.Teacher ?? throw new LabException("the method needs a signal with probabilities");

    // Queries, keys and values in equal shares.
    private Tensor Relations(TrainingBatch batch, Tensor projections)
    {
        var (rows, time, sum) = (batch.Ids.shape[0], batch.Ids.shape[1], (Tensor?)null);
        var (mine, theirs) = (projections.view(rows, time, -1), batch.States!.view(rows, time, -1));
        for (var part = 0; part < 3; part++)
        {
            var relation = AttentionRelations.Sum(Part(mine, student.Shape, part), Part(theirs, teacher!, part), batch.Rows, method.RelationHeads);
            sum = sum is null ? relation : sum + relation;
        }

        return sum! * (1.0 / 3);
    }

    private static Tensor Part(Tensor projection, ModelShape shape, int part)
    {
        var (queries, others) = (shape.Heads * shape.HeadWidth, shape.KeyValueHeads * shape.HeadWidth);
        return part == 0 ? projection.narrow(2, 0, queries) : projection.narrow(2, queries + (part - 1) * others, others);
    }
}
