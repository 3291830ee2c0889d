using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using BenchmarkDotNet.Attributes;
using static TorchSharp.torch;

namespace Bench.Benchmarks;

/// <summary>
/// x Wᵀ by the kernel with weights in panels, and by torch: of the rows of a decoding step, and of a training step.
/// </summary>
public class Products
{
    private const int Repeats = 20;

    private Tensor x = null!;
    private Tensor weight = null!;
    private NativeRows input = null!;
    private NativeRows output = null!;
    private PackedLinear packed = null!;

    [Params(1, 16, 64, 4096)]
    public int Rows { get; set; }

    [Params("128x384", "256x768", "344x256")]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        set_num_threads(1);
        var sizes = Array.ConvertAll(Shape.Split('x'), int.Parse);
        var random = new Seed(1).Stream("products");
        Tensor Normal(int rows, int columns) =>
            TensorData.Of(
                [.. Enumerable.Range(0, rows * columns).Select(_ => (float)random.NextNormal())],
                rows,
                columns
            );
        (x, weight) = (Normal(Rows, sizes[0]), Normal(sizes[1], sizes[0]));
        (input, output, packed) = (
            new NativeRows(Rows, sizes[0]),
            new NativeRows(Rows, sizes[1]),
            new PackedLinear(weight, null)
        );
        unsafe
        {
            for (var row = 0; row < Rows; row++)
                new Span<float>(x.Pointer() + (long)row * sizes[0], sizes[0]).CopyTo(
                    new Span<float>(input[row], sizes[0])
                );
        }
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    public void Torch()
    {
        for (var i = 0; i < Repeats; i++)
            nn.functional.linear(x, weight).Dispose();
    }

    [Benchmark(OperationsPerInvoke = Repeats)]
    public void Packed()
    {
        for (var i = 0; i < Repeats; i++)
            packed.Apply(input, Rows, output);
    }
}
