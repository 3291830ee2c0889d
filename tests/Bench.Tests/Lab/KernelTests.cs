using Bench.Lab.Kernels;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Shapes;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>Kernels of reading and writing beside their twins from torch's operations.</summary>
public sealed class KernelTests
{
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
        var rotary = new Rotary(
            new ModelShape
            {
                Layers = 1,
                Width = 8,
                Heads = heads,
                KeyValueHeads = shared,
                HeadWidth = width,
                FeedForward = 8,
                Vocabulary = 8,
            }
        );
        var projection = Normal(batch * time, layout.Row);
        var expected = CausalAttention.Apply(projection, batch, time, layout, rotary).ToArray();
        Assert.All(
            expected.Zip(Read(projection, batch, time, layout, rotary)),
            pair => Assert.Equal(pair.First, pair.Second, 1e-4f)
        );
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        using var scope = NewDisposeScope();
        var layout = new AttentionLayout(2, 1, 24);
        var rotary = new Rotary(
            new ModelShape
            {
                Layers = 1,
                Width = 8,
                Heads = 2,
                KeyValueHeads = 1,
                HeadWidth = 24,
                FeedForward = 8,
                Vocabulary = 8,
            }
        );
        var projection = Normal(5 * 70, layout.Row);
        float[] Found(int threads)
        {
            Compute.UseThreads(threads);
            try
            {
                return Read(projection, 5, 70, layout, rotary);
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
        const int Inputs = 37,
            Outputs = 150;
        var (x, weight) = (Normal(rows, Inputs), Normal(Outputs, Inputs));
        using var packed = new PackedLinear(weight, null);
        using var input = new NativeRows(rows, Inputs);
        using var output = new NativeRows(rows, Outputs);
        foreach (var buffer in (NativeRows[])[input, output])
            new Span<float>(buffer[0], (rows + TileProduct.Rows) * buffer.Stride).Fill(float.NaN);
        for (var row = 0; row < rows; row++)
        {
            x.Floats().Slice(row * Inputs, Inputs).CopyTo(new Span<float>(input[row], Inputs));
            new Span<float>(output[row], Outputs).Fill(2);
        }

        packed.Apply(input, rows, output, add);
        var expected = (nn.functional.linear(x, weight) + (add ? 2 : 0)).ToArray();
        for (var row = 0; row < rows; row++)
        for (var column = 0; column < Outputs; column++)
            Assert.Equal(expected[row * Outputs + column], output[row][column], 1e-4f);
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
        Assert.All(
            (given * 0.7f).log_softmax(0).exp().ToArray().Zip(new Span<float>(row[0], count).ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 1e-6f)
        );
        var whole = (count + Simd.Width - 1) / Simd.Width * Simd.Width;
        Assert.All(new Span<float>(row[0] + count, whole - count).ToArray(), value => Assert.Equal(0, value));
        Assert.True(float.IsNaN(row[0][whole]));
    }

    private static unsafe float[] Read(Tensor projection, int batch, int time, AttentionLayout layout, Rotary rotary)
    {
        rotary.Reach(time);
        var width = layout.Heads * layout.HeadWidth;
        var result = new float[batch * time * width];
        fixed (float* to = result)
        {
            // Threads write to their own rows.
            var (from, target) = ((nint)projection.Pointer(), (nint)to);
            SequenceAttention.ForEach(
                batch,
                () => new SequenceAttention(layout, rotary, time),
                (attention, sequence) =>
                    attention.Forward(
                        (float*)from + sequence * time * layout.Row,
                        layout.Row,
                        (float*)target + sequence * time * width,
                        width
                    )
            );
        }

        return result;
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
