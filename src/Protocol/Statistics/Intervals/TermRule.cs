using Bench.Protocol.Statistics.Distributions;
using MathNet.Numerics;

namespace Bench.Protocol.Statistics.Intervals;

/// <summary>
/// The interval of an estimate whose variance is a sum of independent parts: half² = Σ t²(ν) · part, each with the t of
/// its own degrees of freedom, and at least as wide as the floor alone. It covers at least as often as it says for
/// every ratio of the parts (Banerjee 1960, Sankhyā 22; docs/statistics.md derives it), and has no degrees of freedom
/// to estimate.
/// </summary>
/// <param name="Value">The estimate.</param>
/// <param name="Terms">The parts.</param>
/// <param name="Floor">The part that the sum must not fall below; null for none.</param>
public sealed record TermRule(double Value, IReadOnlyList<VarianceTerm> Terms, VarianceTerm? Floor = null)
{
    /// <summary>Half the interval's width.</summary>
    /// <param name="level">The chance of an error, 0.05 for an interval of 95%.</param>
    public double HalfWidth(double level = 0.05) => HalfWidth(df => StudentT.Critical(level, df));

    /// <summary>The same with the t of each number of degrees of freedom given.</summary>
    internal double HalfWidth(Func<double, double> critical)
    {
        double Squared(VarianceTerm term) =>
            term.Variance == 0 ? 0 : Math.Pow(critical(term.DegreesOfFreedom), 2) * term.Variance;
        return Math.Sqrt(Math.Max(Terms.Sum(Squared), Floor is null ? 0 : Squared(Floor)));
    }

    /// <summary>
    /// The level at which half the width is |value|: p of no difference. It is 1 where the value is 0, and 0 where
    /// nothing varies around another value.
    /// </summary>
    public double P()
    {
        if (Value == 0)
            return 1;
        if (HalfWidth() == 0)
            return 0;
        // The width falls as the level grows, so its logarithm minus that of the value has one root in ln p.
        const double least = -700;
        double Excess(double logP) => Math.Log(HalfWidth(Math.Exp(logP)) / Math.Abs(Value));
        return Excess(least) <= 0 ? Math.Exp(least) : Math.Exp(FindRoots.OfFunction(Excess, least, -1e-12, 1e-13, 400));
    }
}
