using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>Kernels beside their twins from torch's operations: values, and gradients with respect to everything.</summary>
public sealed class KernelTests
{
    [Theory]
    [InlineData(1, 5, 3, true, true)]
    [InlineData(8, 32, 32, false, false)]
    [InlineData(13, 100, 70, true, false)]
    [InlineData(300, 24, 65, false, true)]
    [InlineData(530, 72, 200, true, true)]
    public void A_linear_layer_is_torch_s(int rows, int inputs, int outputs, bool biased, bool added)
    {
        using var scope = NewDisposeScope();
        List<Tensor> given = [Normal(rows, inputs), Normal(outputs, inputs)];
        if (biased) given.Add(Normal(outputs));
        if (added) given.Add(Normal(rows, outputs) * 2);
        Compare(given, (compute, x) => Linear.Apply(compute, x[0], x[1], biased ? x[2] : null, added ? x[^1] : null), [rows, outputs], 1e-4f * MathF.Sqrt(rows));
    }

    [Theory]
    [InlineData(1, 1, 1, 1, 8)]
    [InlineData(2, 7, 3, 3, 6)]
    [InlineData(2, 33, 4, 2, 16)]
    [InlineData(3, 33, 2, 1, 24)]
    [InlineData(2, 33, 2, 2, 80)]
    [InlineData(1, 64, 2, 1, 32)]
    [InlineData(2, 70, 2, 2, 36)]
    [InlineData(1, 130, 2, 1, 48)]
    [InlineData(1, 200, 2, 2, 80)]
    public void Attention_over_sequences_is_torch_s(int batch, int time, int heads, int shared, int width)
    {
        using var scope = NewDisposeScope();
        var layout = new AttentionLayout(heads, shared, width);
        var rotary = new Rotary(new ModelShape { Layers = 1, Width = 8, Heads = heads, KeyValueHeads = shared, HeadWidth = width, FeedForward = 8, Vocabulary = 8 });
        Compare([Normal(batch * time, layout.Row)], (compute, x) => CausalAttention.Apply(compute, x[0], batch, time, layout, rotary), [batch * time, heads * width], 1e-4f);
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        using var scope = NewDisposeScope();
        var layout = new AttentionLayout(2, 1, 24);
        var rotary = new Rotary(new ModelShape { Layers = 1, Width = 8, Heads = 2, KeyValueHeads = 1, HeadWidth = 24, FeedForward = 8, Vocabulary = 8 });
        var (x, weight) = (Normal(5 * 70, 40), Normal(layout.Row, 40));
        float[][] Found(int threads)
        {
            Compute.UseThreads(threads);
            try
            {
                Tensor[] given = [TensorData.Of(x.Floats(), x.shape).requires_grad_(), TensorData.Of(weight.Floats(), weight.shape).requires_grad_()];
                var y = CausalAttention.Apply(Compute.Cpu, Linear.Apply(Compute.Cpu, given[0], given[1]), 5, 70, layout, rotary);
                return [y.detach().ToArray(), .. autograd.grad([(y * y).sum()], given).Select(gradient => gradient.ToArray())];
            }
            finally
            {
                Compute.UseThreads(1);
            }
        }

        Assert.Equal(Found(1), Found(3));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(9, true)]
    [InlineData(11, false)]
    public unsafe void What_lies_beyond_rows_and_columns_reaches_no_result(int rows, bool add)
    {
        using var scope = NewDisposeScope();
        const int Inputs = 37, Outputs = 150;
        var (x, weight) = (Normal(rows, Inputs), Normal(Outputs, Inputs));
        using var packed = new PackedLinear(weight, null);
        using var input = new NativeRows(rows, Inputs);
        using var output = new NativeRows(rows, Outputs);
        foreach (var buffer in (NativeRows[])[input, output]) new Span<float>(buffer[0], (rows + TileProduct.Rows) * buffer.Stride).Fill(float.NaN);
        for (var row = 0; row < rows; row++)
        {
            x.Floats().Slice(row * Inputs, Inputs).CopyTo(new Span<float>(input[row], Inputs));
            new Span<float>(output[row], Outputs).Fill(2);
        }

        packed.Apply(input, rows, output, add);
        var expected = (nn.functional.linear(x, weight) + (add ? 2 : 0)).ToArray();
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < Outputs; column++) Assert.Equal(expected[row * Outputs + column], output[row][column], 1e-4f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(37)]
    public unsafe void A_softmax_in_place_is_torch_s_and_clears_what_is_left_of_its_last_vector(int count)
    {
        using var scope = NewDisposeScope();
        var given = Normal(count);
        using var row = new NativeRows(1, count + 20);
        new Span<float>(row[0], row.Stride).Fill(float.NaN);
        given.Floats().CopyTo(new Span<float>(row[0], count));
        Simd.Softmax(row[0], count, 0.7f);
        Assert.All((given * 0.7f).log_softmax(0).exp().ToArray().Zip(new Span<float>(row[0], count).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-6f));
        var whole = (count + Simd.Width - 1) / Simd.Width * Simd.Width;
        Assert.All(new Span<float>(row[0] + count, whole - count).ToArray(), value => Assert.Equal(0, value));
        Assert.True(float.IsNaN(row[0][whole]));
    }

    // The gradient of a sum weighted by fixed numbers, so that every output pulls otherwise.
    private static void Compare(IReadOnlyList<Tensor> given, Func<Compute, Tensor[], Tensor> function, long[] size, float tolerance)
    {
        var pulls = Normal([.. size, 1]).view(size);
        float[][] Found(Compute compute)
        {
            Tensor[] x = [.. given.Select(tensor => TensorData.Of(tensor.Floats(), tensor.shape).requires_grad_())];
            var y = function(compute, x);
            return [y.detach().ToArray(), .. autograd.grad([(y * pulls).sum()], x).Select(gradient => gradient.ToArray())];
        }

        foreach (var (expected, found) in Found(Compute.Composite).Zip(Found(Compute.Cpu)))
        {
            Assert.Equal(expected.Length, found.Length);
            Assert.All(expected.Zip(found), pair => Assert.Equal(pair.First, pair.Second, tolerance));
        }
    }

    private static Tensor Normal(params long[] size)
    {
        var random = new Seed(5).Stream(string.Join(',', size));
        return TensorData.Of([.. Enumerable.Range(0, (int)size.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)random.NextNormal())], size);
    }
}
