using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>A matrix somewhere in memory: element (r, c) lies at start + r · row + c · step.</summary>
internal readonly unsafe struct Matrix(float* start, int rows, int columns, long row, long step = 1)
{
    internal float* Start => start;

    internal int Rows => rows;

    internal int Columns => columns;

    internal long Row => row;

    internal long Step => step;

    internal Matrix Transposed => new(start, columns, rows, step, row);

    /// <summary>A contiguous float32 tensor of two dimensions on the CPU, in place.</summary>
    internal static Matrix Of(Tensor tensor) =>
        new(tensor.Pointer(), (int)tensor.shape[0], (int)tensor.shape[1], tensor.shape[1]);

    /// <summary>Some of the rows.</summary>
    internal Matrix From(int first, int count) => new(start + first * row, count, columns, row, step);
}
