using System.Runtime.CompilerServices;

namespace Bench.Lab.Kernels;

/// <summary>
/// RMS norm over the channels of positions that lie in columns, [channel, position] (Zhang and Sennrich 2019, equation
/// 4), and its gradient.
/// </summary>
internal static unsafe class ColumnNorm<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>
    /// y = x · scale · weight, where scale = 1 / √(mean(x²) + ε) of each position. x and y may be the same.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Forward(Matrix x, float* weight, Matrix y, float* scales, int positions, float epsilon)
    {
        for (var p = 0; p < positions; p += TLanes.Count)
        {
            TLanes even = default,
                odd = default;
            var from = x.Start + p;
            var c = 0;
            for (; c < x.Rows - 1; c += 2, from += 2 * x.Row)
            {
                var (first, second) = (TLanes.Load(from), TLanes.Load(from + x.Row));
                (even, odd) = (TLanes.MultiplyAdd(first, first, even), TLanes.MultiplyAdd(second, second, odd));
            }

            if (c < x.Rows)
            {
                var last = TLanes.Load(from);
                even = TLanes.MultiplyAdd(last, last, even);
            }

            var scale =
                TLanes.Of(1) / TLanes.Sqrt(TLanes.MultiplyAdd(even + odd, TLanes.Of(1f / x.Rows), TLanes.Of(epsilon)));
            scale.Store(scales + p);
            var to = y.Start + p;
            from = x.Start + p;
            for (c = 0; c < x.Rows; c++, from += x.Row, to += y.Row)
                (TLanes.Load(from) * scale * TLanes.Of(weight[c])).Store(to);
        }
    }

    /// <summary>
    /// Adds the gradient with respect to x to dx, or sets it, and that with respect to the weight to dWeight. dy and dx
    /// may be the same where it is set.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Backward(
        Matrix dy,
        Matrix x,
        float* weight,
        float* scales,
        Matrix dx,
        float* dWeight,
        int positions,
        bool add
    )
    {
        for (var c = 0; c < x.Rows; c++)
        {
            TLanes sum = default;
            float* pull = dy.Start + c * dy.Row,
                value = x.Start + c * x.Row;
            for (var p = 0; p < positions; p += TLanes.Count)
                sum = TLanes.MultiplyAdd(TLanes.Load(pull + p) * TLanes.Load(value + p), TLanes.Load(scales + p), sum);
            dWeight[c] += sum.Sum();
        }

        for (var p = 0; p < positions; p += TLanes.Count)
        {
            TLanes sum = default;
            float* pull = dy.Start + p,
                value = x.Start + p,
                to = dx.Start + p;
            for (var c = 0; c < x.Rows; c++, pull += dy.Row, value += x.Row)
                sum = TLanes.MultiplyAdd(TLanes.Load(pull) * TLanes.Load(value), TLanes.Of(weight[c]), sum);
            var scale = TLanes.Load(scales + p);
            var back = TLanes.Of(0) - sum * scale * scale * scale * TLanes.Of(1f / x.Rows);
            pull = dy.Start + p;
            value = x.Start + p;
            for (var c = 0; c < x.Rows; c++, pull += dy.Row, value += x.Row, to += dx.Row)
            {
                var d = TLanes.MultiplyAdd(TLanes.Load(value), back, TLanes.Load(pull) * TLanes.Of(weight[c]) * scale);
                (add ? d + TLanes.Load(to) : d).Store(to);
            }
        }
    }
}
