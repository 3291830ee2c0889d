using System.Runtime.CompilerServices;

namespace Bench.Lab.Kernels;

/// <summary>
/// silu(gate) · up (Shazeer 2020, equation 6) of positions that lie in columns, and its gradient. Gate and up lie one
/// after the other, [2 · inner, position].
/// </summary>
internal static unsafe class ColumnSwiGlu<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>y [inner, position], and the sigmoids of the gate, which the gradient uses again.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(Matrix gateUp, Matrix sigmoids, Matrix y, int positions)
    {
        for (var c = 0; c < y.Rows; c++)
        {
            float* gate = gateUp.Start + c * gateUp.Row,
                up = gate + y.Rows * gateUp.Row,
                sigmoid = sigmoids.Start + c * sigmoids.Row,
                to = y.Start + c * y.Row;
            for (var p = 0; p < positions; p += TLanes.Count)
            {
                var g = TLanes.Load(gate + p);
                var s = Lane.Sigmoid(g);
                s.Store(sigmoid + p);
                (g * s * TLanes.Load(up + p)).Store(to + p);
            }
        }
    }

    /// <summary>The gradient with respect to gate and up, [2 · inner, position], from that of y.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward(Matrix dy, Matrix gateUp, Matrix sigmoids, Matrix target, int positions)
    {
        for (var c = 0; c < dy.Rows; c++)
        {
            float* gate = gateUp.Start + c * gateUp.Row,
                up = gate + dy.Rows * gateUp.Row,
                sigmoid = sigmoids.Start + c * sigmoids.Row,
                pull = dy.Start + c * dy.Row;
            float* dGate = target.Start + c * target.Row,
                dUp = dGate + dy.Rows * target.Row;
            for (var p = 0; p < positions; p += TLanes.Count)
            {
                var (s, d) = (TLanes.Load(sigmoid + p), TLanes.Load(pull + p));
                var silu = TLanes.Load(gate + p) * s;
                (d * silu).Store(dUp + p);
                (d * TLanes.Load(up + p) * TLanes.MultiplyAdd(silu, TLanes.Of(1) - s, s)).Store(dGate + p);
            }
        }
    }
}
