using System.Runtime.Intrinsics;
using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>The arithmetic below the kernels.</summary>
public sealed class SimdTests
{
    [Fact]
    public void The_exponential_is_within_three_units_of_the_last_place_wherever_float32_has_it()
    {
        var worst = 0.0;
        for (var x = -87f; x <= 88f; x += 0.000313f)
        {
            var (expected, found) = (Math.Exp(x), Simd.Exp(Vector512.Create(x))[5]);
            worst = Math.Max(
                worst,
                Math.Abs(found - expected) / (MathF.BitIncrement((float)expected) - (double)(float)expected)
            );
        }

        Assert.InRange(worst, 0.1, 3);
    }

    [Theory]
    [InlineData(float.NegativeInfinity, 0, 2e-38f)]
    [InlineData(-1e9f, 0, 2e-38f)]
    [InlineData(0, 1, 1)]
    [InlineData(1000, 1e38f, 2e38f)]
    [InlineData(float.PositiveInfinity, 1e38f, 2e38f)]
    public void Beyond_its_range_the_exponential_stays_finite(float x, float low, float high) =>
        Assert.InRange(Simd.Exp(Vector512.Create(x))[0], low, high);

    [Fact]
    public void What_is_no_number_stays_none() => Assert.True(float.IsNaN(Simd.Exp(Vector512.Create(float.NaN))[0]));

    [Theory]
    [InlineData(1, 7, 5)]
    [InlineData(2, 64, 33)]
    [InlineData(3, 65, 200)]
    [InlineData(8, 32, 32)]
    [InlineData(13, 100, 300)]
    public unsafe void A_packed_product_is_torch_s_and_a_row_of_it_does_not_depend_on_the_others(
        int rows,
        int inputs,
        int outputs
    )
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias) = (Normal(rows, inputs), Normal(outputs, inputs), Normal(outputs));
        using var packed = new PackedLinear(weight, bias);
        using var unpacked = new PackedLinear(weight, bias, pack: false);
        using var input = new NativeRows(rows, inputs);
        for (var row = 0; row < rows; row++)
            new Span<float>(x.Pointer() + row * inputs, inputs).CopyTo(new Span<float>(input[row], inputs));
        var expected = nn.functional.linear(x, weight, bias).ToArray();
        foreach (var product in (PackedLinear[])[packed, unpacked])
        {
            using var output = new NativeRows(rows, outputs);
            product.Apply(input, rows, output);
            var once = Read(output);
            Assert.All(expected.Zip(once), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
            product.Apply(input, rows, output, add: true);
            Assert.All(expected.Zip(Read(output)), pair => Assert.Equal(2 * pair.First, pair.Second, 2e-4f));
            if (product == unpacked)
                continue;
            using var alone = new NativeRows(1, outputs);
            product.Apply(input, 1, alone);
            Assert.Equal(once[..outputs], new Span<float>(alone[0], outputs).ToArray());
        }

        float[] Read(NativeRows from) =>
            [.. Enumerable.Range(0, rows).SelectMany(row => new Span<float>(from[row], outputs).ToArray())];
    }

    private static Tensor Normal(params long[] size)
    {
        var random = new Seed(5).Stream(string.Join(',', size));
        return TensorData.Of(
            [.. Enumerable.Range(0, (int)size.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextNormal())],
            size
        );
    }
}
