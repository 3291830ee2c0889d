using System.Runtime.CompilerServices;

namespace Bench.Lab.Kernels;

/// <summary>Functions of a vector that no instruction has.</summary>
internal static class Lane
{
    /// <summary>
    /// eˣ within 3 units of the last place: 2ⁿ · e^r with n the nearest whole number to x / ln 2 and e^r from its
    /// series to the sixth power. x is clamped to [−87, 88], so that no result is denormal or infinite.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Exp<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes>
    {
        // Min and Max return their second operand where one is no number: NaN passes through.
        x = TLanes.Min(TLanes.Of(88f), TLanes.Max(TLanes.Of(-87f), x));
        // Adding and taking away 1.5 · 2²³ rounds to a whole number, which then stands in the sum's low bits.
        var shift = TLanes.Of(12582912f);
        var shifted = TLanes.MultiplyAdd(x, TLanes.Of(1.44269504f), shift);
        var n = shifted - shift;
        // ln 2 in two parts.
        var r = TLanes.MultiplyAdd(n, TLanes.Of(-1.42860682e-6f), TLanes.MultiplyAdd(n, TLanes.Of(-0.693145752f), x));
        var sum = TLanes.MultiplyAdd(r, TLanes.Of(1 / 720f), TLanes.Of(1 / 120f));
        sum = TLanes.MultiplyAdd(sum, r, TLanes.Of(1 / 24f));
        sum = TLanes.MultiplyAdd(sum, r, TLanes.Of(1 / 6f));
        sum = TLanes.MultiplyAdd(sum, r, TLanes.Of(0.5f));
        sum = TLanes.MultiplyAdd(sum, r, TLanes.Of(1f));
        sum = TLanes.MultiplyAdd(sum, r, TLanes.Of(1f));
        return TLanes.Scale(sum, shifted);
    }

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TLanes Sigmoid<TLanes>(TLanes x)
        where TLanes : struct, ILanes<TLanes> => TLanes.Of(1) / (TLanes.Of(1) + Exp(TLanes.Of(0) - x));
}
