using System.Runtime.Intrinsics;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>silu(gate) · up (Shazeer 2020, equation 6). Gate and up lie side by side: the input is [rows, 2 · inner], the result [rows, inner].</summary>
internal static class SwiGlu
{
    internal static Tensor Apply(Compute compute, Tensor gateUp) => compute.Fused ? Function.apply(gateUp) : Composite(gateUp);

    internal static Tensor Composite(Tensor gateUp)
    {
        var inner = gateUp.shape[1] / 2;
        return nn.functional.silu(gateUp.narrow(1, 0, inner)) * gateUp.narrow(1, inner, inner);
    }

    /// <summary>One row: y [inner] of gate and up, [2 · inner].</summary>
    internal static unsafe void Row(float* gate, float* y, int inner)
    {
        var up = gate + inner;
        var i = 0;
        for (; i <= inner - Simd.Width; i += Simd.Width)
        {
            var g = Vector512.Load(gate + i);
            (g * Simd.Sigmoid(g) * Vector512.Load(up + i)).Store(y + i);
        }

        for (; i < inner; i++) y[i] = gate[i] * Simd.Sigmoid(gate[i]) * up[i];
    }

    private sealed unsafe class Function : autograd.SingleTensorFunction<Function>
    {
        public override string Name => "SwiGlu";

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var gateUp = (Tensor)vars[0];
            var (rows, inner) = ((int)gateUp.shape[0], (int)gateUp.shape[1] / 2);
            var y = empty([rows, inner], dtype: ScalarType.Float32);
            float* gate = gateUp.Pointer(), py = y.Pointer();
            for (var row = 0; row < rows; row++, gate += 2 * inner, py += inner) Row(gate, py, inner);
            ctx.save_for_backward([gateUp]);
            return y;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var gateUp = ctx.get_saved_variables()[0];
            var (rows, inner) = ((int)gateUp.shape[0], (int)gateUp.shape[1] / 2);
            var dy = grad_output.contiguous();
            var d = empty(gateUp.shape, dtype: ScalarType.Float32);
            float* gate = gateUp.Pointer(), pdy = dy.Pointer(), dGate = d.Pointer();
            for (var row = 0; row < rows; row++, gate += 2 * inner, dGate += 2 * inner, pdy += inner)
            {
                float* up = gate + inner, dUp = dGate + inner;
                var i = 0;
                for (; i <= inner - Simd.Width; i += Simd.Width)
                {
                    var (g, dOut) = (Vector512.Load(gate + i), Vector512.Load(pdy + i));
                    var s = Simd.Sigmoid(g);
                    var silu = g * s;
                    (dOut * silu).Store(dUp + i);
                    (dOut * Vector512.Load(up + i) * (s + silu * (Vector512<float>.One - s))).Store(dGate + i);
                }

                for (; i < inner; i++)
                {
                    var s = Simd.Sigmoid(gate[i]);
                    dUp[i] = pdy[i] * gate[i] * s;
                    dGate[i] = pdy[i] * up[i] * (s + gate[i] * s * (1 - s));
                }
            }

            return [d];
        }
    }
}
