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
