using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>
/// A weight of a model and the gradient that is added up for it, in place in their tensors' memory. A vector is a
/// matrix of one row; a weight that a model lacks has no rows.
/// </summary>
internal readonly unsafe struct LearntWeight(Tensor? weight, Tensor? gradient)
{
    internal Matrix Value { get; } = MatrixOf(weight);

    internal Matrix Gradient { get; } = MatrixOf(gradient);

    internal bool IsThere => Value.Rows > 0;

    private static Matrix MatrixOf(Tensor? tensor) =>
        tensor is null ? default
        : tensor.dim() == 1 ? new Matrix(tensor.Pointer(), 1, (int)tensor.numel(), tensor.numel())
        : Matrix.Of(tensor);
}
