namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// The 95% set of a ratio a/b of two estimates: all θ with (a − θb)² ≤ q² (v_a − 2θ v_ab + θ² v_b), q the quantile
/// (Fieller 1954, Journal of the Royal Statistical Society B 16). Where b may be 0 no number of it is excluded far
/// away, and the set has no two ends; an interval from the delta method would have, and be wrong.
/// </summary>
/// <param name="Ratio">a/b; null where b is 0.</param>
/// <param name="G">q² v_b / b²: from 1 on the set is unbounded.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Low">An end, where it has one.</param>
/// <param name="High">The other.</param>
public sealed record FiellerSet(double? Ratio, double G, FiellerShape Shape, double? Low, double? High)
{
    /// <param name="a">The numerator and its variance.</param>
    /// <param name="b">The denominator and its variance.</param>
    /// <param name="covariance">Of the two.</param>
    /// <param name="quantile">q; 1 where the variances hold it already.</param>
    public static FiellerSet Of(
        (double Value, double Variance) a,
        (double Value, double Variance) b,
        double covariance,
        double quantile
    )
    {
        var q2 = quantile * quantile;
        // A θ² − 2 B θ + C ≤ 0.
        var (square, middle, rest) = (
            b.Value * b.Value - q2 * b.Variance,
            a.Value * b.Value - q2 * covariance,
            a.Value * a.Value - q2 * a.Variance
        );
        double? ratio = b.Value == 0 ? null : a.Value / b.Value;
        var g = b.Value == 0 ? double.PositiveInfinity : q2 * b.Variance / (b.Value * b.Value);
        FiellerSet Set(FiellerShape shape, double? low, double? high) => new(ratio, g, shape, low, high);
        if (square == 0)
            return middle == 0 ? Set(FiellerShape.WholeLine, null, null)
                : middle > 0 ? Set(FiellerShape.AtLeast, rest / (2 * middle), null)
                : Set(FiellerShape.AtMost, null, rest / (2 * middle));
        var root = middle * middle - square * rest;
        if (square > 0)
            root = Math.Max(root, 0);
        else if (root < 0)
            return Set(FiellerShape.WholeLine, null, null);
        // The end that does not cancel, and the other from the product of both, C / A.
        var sum = middle + (middle < 0 ? -1 : 1) * Math.Sqrt(root);
        var (one, other) = (sum / square, sum == 0 ? 0 : rest / sum);
        return Set(
            square > 0 ? FiellerShape.Bounded : FiellerShape.Outside,
            Math.Min(one, other),
            Math.Max(one, other)
        );
    }

    /// <summary>
    /// The standard error of the delta method, for comparison: it stays bounded where this set does not.
    /// </summary>
    public static double DeltaError(
        (double Value, double Variance) a,
        (double Value, double Variance) b,
        double covariance
    )
    {
        var ratio = a.Value / b.Value;
        return Math.Sqrt(a.Variance - 2 * ratio * covariance + ratio * ratio * b.Variance) / Math.Abs(b.Value);
    }
}
