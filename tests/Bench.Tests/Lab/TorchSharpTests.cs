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

    private static float[] Values(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.contiguous().bytes).ToArray();

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
        Tensor inner, moved, detached;
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
    public void A_function_in_csharp_has_the_gradient_that_it_states()
    {
        using var scope = NewDisposeScope();
        var x = Of([1, -2, 3], 3).requires_grad_();
        var y = Cube.apply(x, 2f);
        Assert.Equal([2f, -16f, 54f], Values(y.detach()));
        Assert.Equal([6f, 24f, 54f], Values(autograd.grad([y.sum()], [x])[0]));
    }

    [Fact]
    public void Without_gradients_a_csharp_function_records_nothing()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        Assert.False(Cube.apply(ones([2]).requires_grad_(), 1f).requires_grad);
    }

    [Fact]
    public void Many_steps_with_csharp_functions_keep_memory_flat()
    {
        // 4,000 graphs of 256 KiB each would be a gigabyte if any part of them stayed.
        long After(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                using var scope = NewDisposeScope();
                var x = ones([65_536]).requires_grad_();
                autograd.grad([Cube.apply(x, 1f).sum()], [x]);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            return Resident();
        }

        var before = After(500);
        Assert.InRange(After(4000) - before, long.MinValue, 64L << 20);
    }

    private static long Resident()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
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

    private sealed class Cube : autograd.SingleTensorFunction<Cube>
    {
        public override string Name => "Cube";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            ctx.save_data("factor", vars[1]);
            return x * x * x * (float)vars[1];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            return [grad_output * x * x * (3 * (float)ctx.get_data("factor")!), null!];
        }
    }
}
