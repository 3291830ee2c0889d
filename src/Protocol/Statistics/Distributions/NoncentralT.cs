using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace Bench.Protocol.Statistics.Distributions;

/// <summary>
/// Student's t with a normal of another mean above: (Z + δ) / √(V/ν), Z standard normal, V chi-square of ν degrees of
/// freedom. No package on the feed has it.
/// </summary>
public static class NoncentralT
{
    // Gauss and Legendre's rule of 32 points on each of 8 panels of 3 segments: 1e-12 at the values of the tests.
    private const int Panels = 8;
    private const int Order = 32;

    /// <summary>P(T ≤ x) and P(T &gt; x), each with its own digits.</summary>
    /// <param name="x">Where.</param>
    /// <param name="df">ν, more than 0.</param>
    /// <param name="noncentrality">δ.</param>
    public static (double Lower, double Upper) Tails(double x, double df, double noncentrality)
    {
        // u = ln(V/ν): its log density is ν/2 · (u − e^u) but for a constant. T ≤ x where Z ≤ x e^(u/2) − δ.
        double Log(double u) => df / 2 * (u - Math.Exp(u) + 1);
        double Bound(double u) => x * Math.Exp(u / 2) - noncentrality;
        var (low, high) = (-Edge(u => Log(-u)), Edge(Log));
        double[] ends = [low, .. Turn(x, noncentrality).Select(u => Math.Clamp(u, low, high)), high];
        double Integral(Func<double, double> of) =>
            Enumerable.Range(1, ends.Length - 1).Sum(i => OnPanels(of, ends[i - 1], ends[i]));
        var mass = Integral(u => Math.Exp(Log(u)));
        return (
            Integral(u => Math.Exp(Log(u)) * Normal.CDF(0, 1, Bound(u))) / mass,
            Integral(u => Math.Exp(Log(u)) * Normal.CDF(0, 1, -Bound(u))) / mass
        );
    }

    // Between which u the normal goes from 0 to 1; nowhere sharply, where x and δ have not one sign.
    private static double[] Turn(double x, double noncentrality)
    {
        if (x * noncentrality <= 0)
            return [];
        var middle = 2 * Math.Log(noncentrality / x);
        var reach = 20 / Math.Max(1, Math.Abs(noncentrality));
        return [middle - reach, middle + reach];
    }

    private static double OnPanels(Func<double, double> of, double from, double to)
    {
        if (from == to)
            return 0;
        var width = (to - from) / Panels;
        return Enumerable
            .Range(0, Panels)
            .Sum(i => GaussLegendreRule.Integrate(of, from + i * width, from + (i + 1) * width, Order));
    }

    // How far from 0 a log density that falls has lost 37 (a factor of 1e16).
    private static double Edge(Func<double, double> log)
    {
        var far = 1.0;
        while (log(far) > -37)
            far *= 2;
        return FindRoots.OfFunction(at => log(at) + 37, 0, far, 1e-6);
    }
}
