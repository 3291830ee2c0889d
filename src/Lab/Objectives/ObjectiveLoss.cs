using Bench.Lab.Models;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// Computes an objective on a student. A subclass is one file; the catalogue finds it by its record, and its
/// constructor may take that record and an <see cref="ObjectiveSetting"/>.
/// </summary>
internal abstract class ObjectiveLoss : IDisposable
{
    /// <summary>The tensors that it learns beside the student.</summary>
    internal virtual IReadOnlyList<Tensor> Parameters => [];

    /// <summary>Takes the activations that it matches from the student's pass; null where it matches none.</summary>
    internal virtual LayerTap? Tap() => null;

    /// <summary>
    /// The loss of a batch as a function of the logits at its rows, with a gradient by hand; null where torch finds the
    /// gradient.
    /// </summary>
    internal virtual ILogitLoss? OfBatch(TrainingBatch batch) => null;

    /// <summary>The summed loss of a batch's rows, a tensor of one element.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="logits">The student's at all positions, [positions, vocabulary].</param>
    /// <param name="tap">The values that <see cref="Tap"/> gave, after the pass.</param>
    internal virtual Tensor Sum(TrainingBatch batch, Tensor logits, LayerTap? tap) => OfBatch(batch)!.Sum(logits);

    /// <inheritdoc/>
    public virtual void Dispose() { }

    /// <summary>The teacher's distribution at the rows.</summary>
    /// <exception cref="LabException">The batch has none.</exception>
    private protected static TeacherDistribution TeacherOf(TrainingBatch batch) =>
        batch.Teacher ?? throw new LabException("the method needs a signal with probabilities");
}
