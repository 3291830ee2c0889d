using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Protocol.Objectives;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>An objective on a student, with its share of cross-entropy on the text.</summary>
internal sealed class StudentObjective : IDisposable
{
    private readonly Objective objective;
    private readonly ModelShape? teacher;
    private readonly ObjectiveLoss loss;

    /// <param name="objective">The quantity to minimise.</param>
    /// <param name="student">The student.</param>
    /// <param name="teacher">The teacher's shape, where activations are matched.</param>
    /// <param name="seed">Of what the objective learns beside the student.</param>
    internal StudentObjective(Objective objective, IModel student, ModelShape? teacher, Seed seed)
    {
        (this.objective, Student, this.teacher) = (objective, student, teacher);
        loss = ObjectiveLosses.Of(objective, new ObjectiveSetting(student, teacher, seed));
    }

    /// <summary>The tensors that training changes: the student's, and the objective's own.</summary>
    internal IReadOnlyList<Tensor> Parameters =>
        [.. Student.Parameters.Select(parameter => parameter.Tensor), .. loss.Parameters];

    internal static StudentObjective OfText(IModel student) => new(new CrossEntropy(), student, null, default);

    /// <summary>The student.</summary>
    internal IModel Student { get; }

    /// <summary>
    /// The loss of a batch where its gradient is known by hand, and the student's too; null where torch has to find
    /// them.
    /// </summary>
    internal ILogitLoss? LossByHand(TrainingBatch batch) =>
        Student is Decoder { Compute.Fused: true } ? Mixed(batch) : null;

    /// <summary>The summed loss of a batch's rows as a tensor of one element.</summary>
    internal Tensor Sum(TrainingBatch batch)
    {
        var tap = loss.Tap();
        var logits = Student.Logits(batch.Ids, tap);
        if (Mixed(batch) is { } mixed)
            return mixed.Sum(logits);
        var (share, sum) = (objective.TextShare, loss.Sum(batch, logits, tap));
        return share == 0 ? sum : sum * (1 - share) + CrossEntropyLoss.Sum(logits, batch.Rows, batch.Targets) * share;
    }

    /// <summary>The FLOPs of the objective beside the student's, for some sequences of one length.</summary>
    internal Flops Beside(int sequences, int time, long lossTokens) =>
        objective.Beside(Student.Shape, teacher ?? Student.Shape, sequences, time, lossTokens);

    public void Dispose() => loss.Dispose();

    private ILogitLoss? Mixed(TrainingBatch batch)
    {
        var (main, share) = (loss.OfBatch(batch), objective.TextShare);
        return main is null || share == 0
            ? main
            : new MixedLoss(main, new CrossEntropyLoss.OnRows(batch.Rows, batch.Targets), share);
    }
}
