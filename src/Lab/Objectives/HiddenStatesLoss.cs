using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Objectives;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Matching of hidden states through a learned projection (Romero et al. 2015, FitNets, equation 3): a regressor maps
/// the student's states onto the teacher's. The squared error is averaged over the teacher's channels, so that a wider
/// teacher does not weigh more.
/// </summary>
internal sealed class HiddenStatesLoss : ObjectiveLoss<HiddenStates>
{
    private readonly Tensor projection;
    private readonly int layer;

    internal HiddenStatesLoss(HiddenStates objective, ObjectiveSetting setting)
    {
        layer = objective.LayerOf(objective.StudentLayer, setting.Student.Shape);
        var random = setting.Seed.Stream("projection");
        var (rows, columns) = (setting.Teacher!.Width, setting.Student.Shape.Width);
        var weights = Enumerable
            .Range(0, rows * columns)
            .Select(_ => (float)(random.NextNormal() / Math.Sqrt(columns)));
        projection = TensorData
            .Of([.. weights], rows, columns)
            .to(setting.Student.Compute.Type)
            .to(setting.Student.Compute.Device)
            .DetachFromDisposeScope()
            .requires_grad_();
    }

    internal override IReadOnlyList<Tensor> Parameters => [projection];

    internal override LayerTap Tap() => new(layer, attention: false);

    internal override Tensor Sum(TrainingBatch batch, Tensor logits, LayerTap? tap) =>
        Sum(tap!.Taken, batch.Rows, batch.States!.index_select(0, batch.Rows), projection);

    /// <inheritdoc/>
    public override void Dispose() => projection.Dispose();

    /// <summary>The sum over the chosen rows of ½ · mean over channels of (teacher − projection · student)².</summary>
    /// <param name="states">The student's, [positions, width].</param>
    /// <param name="rows">[n] of int64: the positions that carry loss.</param>
    /// <param name="teacher">The teacher's at those positions, [n, teacher width].</param>
    /// <param name="projection">[teacher width, width], learned with the student and thrown away with the
    /// teacher.</param>
    /// <exception cref="ArgumentException">No position carries loss.</exception>
    public static Tensor Sum(Tensor states, Tensor rows, Tensor teacher, Tensor projection)
    {
        if (rows.numel() == 0)
            throw new ArgumentException("no position carries loss", nameof(rows));
        var projected = nn.functional.linear(states.index_select(0, rows), projection).to(ScalarType.Float32);
        return (projected - teacher).square().sum() * (0.5 / teacher.shape[1]);
    }
}
