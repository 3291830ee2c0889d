using Bench.Lab.Kernels;
using static TorchSharp.torch;

namespace Bench.Lab.Objectives;

/// <summary>
/// A loss that is a function of the logits at the positions that carry it, with its gradient written by hand, and its
/// twin from torch's operations for every device.
/// </summary>
internal interface ILogitLoss
{
    /// <summary>The summed loss, a tensor of one element.</summary>
    /// <param name="logits">Of all positions of a batch, [positions, vocabulary].</param>
    Tensor Sum(Tensor logits);

    /// <summary>Adds the scaled gradient of some rows of the batch, whole sequences, to what is there.</summary>
    /// <param name="logits">[rows, vocabulary]: the logits at those positions only.</param>
    /// <param name="gradient">[rows, vocabulary].</param>
    /// <param name="first">The first of them among the batch's rows.</param>
    /// <param name="scale">By which the gradient is multiplied.</param>
    /// <returns>Their summed loss, not scaled.</returns>
    double AddGradient(Matrix logits, Matrix gradient, int first, float scale);
}
