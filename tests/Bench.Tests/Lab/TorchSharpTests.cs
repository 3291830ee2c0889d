using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

/// <summary>What the product relies on in TorchSharp.</summary>
public class TorchSharpTests
{
    private static Tensor Of(float[] values, params long[] shape)
    {
        var tensor = empty(shape, dtype: ScalarType.Float32);
        values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor;
    }

    private static float[] Values(Tensor tensor) =>
        MemoryMarshal.Cast<byte, float>(tensor.contiguous().bytes).ToArray();

    [Fact]
    public void Matrix_product_has_the_hand_computed_values()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([19f, 22f, 43f, 50f], Values(Of([1, 2, 3, 4], 2, 2).mm(Of([5, 6, 7, 8], 2, 2))));
    }

    [Fact]
    public void A_wrong_shape_is_a_dotnet_exception_with_libtorchs_words()
    {
        using var scope = NewDisposeScope();
        var error = Assert.ThrowsAny<Exception>(() => zeros([2, 3]).mm(zeros([2, 3])));
        Assert.Contains("mat1 and mat2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_disposes_what_was_made_in_it_and_spares_what_was_moved_out()
    {
        Tensor inner,
            moved,
            detached;
        using (NewDisposeScope())
        {
            using (NewDisposeScope())
            {
                inner = zeros([2]);
                moved = ones([2]).MoveToOuterDisposeScope();
                detached = ones([3]).DetachFromDisposeScope();
            }

            Assert.True(inner.IsInvalid);
            Assert.False(moved.IsInvalid);
        }

        Assert.True(moved.IsInvalid);
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void Gradients_flow_through_torchs_operations()
    {
        using var scope = NewDisposeScope();
        var x = Of([1, 2, 3], 3).requires_grad_();
        var gradient = autograd.grad([(x * x).sum()], [x])[0];
        Assert.Equal([2f, 4f, 6f], Values(gradient));
    }

    [Fact]
    public void Top_k_and_gather_agree()
    {
        using var scope = NewDisposeScope();
        var x = Of([0.1f, 0.7f, 0.2f, 5, 4, 6], 2, 3);
        var (values, indexes) = x.topk(2, 1);
        Assert.Equal([0.7f, 0.2f, 6, 5], Values(values));
        Assert.Equal(Values(values), Values(x.gather(1, indexes)));
    }

    [Fact]
    public void Bfloat16_keeps_eight_bits()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([1.0078125f], Values(Of([1.0078125f], 1).to(ScalarType.BFloat16).to(ScalarType.Float32)));
        Assert.NotEqual([1.001f], Values(Of([1.001f], 1).to(ScalarType.BFloat16).to(ScalarType.Float32)));
    }
}
