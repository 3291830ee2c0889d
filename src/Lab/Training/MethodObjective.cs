using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
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

    internal static MethodObjective CrossEntropy(IModel student) => new(Plain, student, null, default);

    /// <summary>The summed loss of a batch's rows as a tensor of one element.</summary>
    internal Tensor Sum(TrainingBatch batch)
    {
        var tap = layer > 0 ? new LayerTap(layer, method.Objective == "attention-relations") : null;
        var logits = student.Logits(batch.Ids, tap);
        var share = method.CrossEntropyWeight;
        var sum = Main(batch, logits, tap);
        return share == 0 ? sum : sum * (1 - share) + Objectives.CrossEntropy.Sum(student.Compute, logits, batch.Rows, batch.Targets) * share;
    }

    /// <summary>What the method computes beside the student for some sequences of one length.</summary>
    internal Flops Beside(int sequences, int time, long lossTokens) =>
        method.Signal == SignalKind.Hidden ? MatchingFlops.Training(method, student.Shape, teacher!, sequences, time, lossTokens) : Flops.Zero;

    public void Dispose() => projection?.Dispose();

    private Tensor Main(TrainingBatch batch, Tensor logits, LayerTap? tap)
    {
        var (compute, rows, temperature) = (student.Compute, batch.Rows, method.Temperature);
        return method.Objective switch
        {
            "cross-entropy" or "rationale-multitask" => Objectives.CrossEntropy.Sum(compute, logits, rows, batch.Targets, batch.Weights),
            "forward-kl" => ForwardKl.Sum(compute, logits, rows, Teacher(batch), temperature),
            "reverse-kl" => ReverseKl.Sum(compute, logits, rows, Teacher(batch), temperature),
            "jsd" => JensenShannon.Sum(compute, logits, rows, Teacher(batch), method.Beta, temperature),
            "skew-kl" => SkewKl.Sum(compute, logits, rows, Teacher(batch), method.Alpha, temperature),
            "skew-reverse-kl" => SkewReverseKl.Sum(compute, logits, rows, Teacher(batch), method.Alpha, temperature),
            "tvd" => TotalVariation.Sum(compute, logits, rows, Teacher(batch), temperature),
            "uld" => UniversalLogits.Sum(logits / temperature, batch.Paired ?? rows, ((TeacherDistribution.TopK)Teacher(batch)).Probabilities),
            "hidden-states" => HiddenStates.Sum(tap!.Taken, rows, batch.States!.index_select(0, rows), projection!),
            "attention-relations" => Relations(batch, tap!.Taken),
            "policy-gradient" => Gradient(batch, logits),
            _ => throw new LabException($"there is no objective '{method.Objective}'"),
        };
    }

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

    // The student wrote these responses an instant ago: what it thinks of them now is what it thought then.
    private Tensor Gradient(TrainingBatch batch, Tensor logits)
    {
        var teacher = ((TeacherDistribution.Dense)Teacher(batch)).Logits;
        float[] logP, logQ;
        using (no_grad())
        {
            var wanted = batch.Targets.unsqueeze(1);
            logP = teacher.log_softmax(1).gather(1, wanted).ToArray();
            logQ = logits.detach().index_select(0, batch.Rows).to(ScalarType.Float32).log_softmax(1).gather(1, wanted).ToArray();
        }

        var (weights, rewards, at) = (new float[logP.Length], new float[logP.Length], 0);
        foreach (var length in batch.Lengths)
        {
            var steps = PolicyGradient.Of(new ArraySegment<float>(logP, at, length), new ArraySegment<float>(logQ, at, length), method.TeacherMix);
            steps.Weights.CopyTo(weights, at);
            steps.LongRewards.CopyTo(rewards, at);
            at += length;
        }

        return PolicyGradient.Sum(
            student.Compute, logits, batch.Rows, batch.Targets, Teacher(batch), TrainingBatch.Floats(weights, student.Compute), TrainingBatch.Floats(rewards, student.Compute));
    }
}
