using System.Runtime.Intrinsics;
using static TorchSharp.torch;

namespace Bench.Lab.Kernels;

/// <summary>
/// silu(gate) · up (Shazeer 2020, equation 6). Gate and up lie side by side: the input is [rows, 2 · inner], the result
/// [rows, inner].
/// </summary>
internal static class SwiGlu
{
    internal static Tensor Apply(Tensor gateUp)
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

        for (; i < inner; i++)
            y[i] = gate[i] * Simd.Sigmoid(gate[i]) * up[i];
    }
}
