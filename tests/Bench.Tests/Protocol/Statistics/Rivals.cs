using Bench.Protocol.Statistics.Distributions;
using Bench.Protocol.Statistics.Intervals;

namespace Bench.Tests.Protocol.Statistics;

/// <summary>
/// The rules that the two-term interval was chosen over, from the same mean squares. Simulations set them beside it; no
/// result is made by them.
/// </summary>
internal static class Rivals
{
    /// <summary>
    /// A variance that is a sum of mean squares with signs, and Satterthwaite's degrees of freedom for it (Biometrics
    /// Bulletin 2, 1946). Null degrees of freedom where the variance is not above 0.
    /// </summary>
    internal sealed record Combined(double Variance, double? DegreesOfFreedom)
    {
        internal double HalfWidth(double level = 0.05) =>
            Variance <= 0 ? 0 : StudentT.Critical(level, DegreesOfFreedom!.Value) * Math.Sqrt(Variance);

        internal double P(double mean) =>
            Variance <= 0
                ? mean == 0
                    ? 1
                    : 0
                : StudentT.TwoSided(mean / Math.Sqrt(Variance), DegreesOfFreedom!.Value);

        internal static Combined Of(params (double Coefficient, double Square, double Freedom)[] terms)
        {
            var variance = terms.Sum(term => term.Coefficient * term.Square);
            var spread = terms.Sum(term => Math.Pow(term.Coefficient * term.Square, 2) / term.Freedom);
            return new Combined(variance, variance > 0 ? variance * variance / spread : null);
        }
    }

    private static double Freedom(MeanSquares table) => (table.SeedCount - 1.0) * (table.ItemCount - 1);

    /// <summary>s²(seed means)/S + s²(item means)/I − s²(residual)/(S I), which may be negative.</summary>
    internal static Combined Unclipped(MeanSquares table) =>
        Combined.Of(
            (1.0 / table.Cells, table.Seeds, table.SeedCount - 1),
            (1.0 / table.Cells, table.Items, table.ItemCount - 1),
            (-1.0 / table.Cells, table.Residual, Freedom(table))
        );

    /// <summary>The same with negative components dropped, and the degrees of freedom of what is left.</summary>
    internal static Combined Clipped(MeanSquares table)
    {
        var (seeds, items) = (table.Seeds > table.Residual, table.Items > table.Residual);
        return (seeds, items) switch
        {
            (true, true) => Unclipped(table),
            (true, false) => Combined.Of((1.0 / table.Cells, table.Seeds, table.SeedCount - 1)),
            (false, true) => Combined.Of((1.0 / table.Cells, table.Items, table.ItemCount - 1)),
            _ => Combined.Of((1.0 / table.Cells, table.Residual, Freedom(table))),
        };
    }

    /// <summary>The components above 0.</summary>
    internal static string[] Kept(MeanSquares table) =>
        [
            .. table.Seeds > table.Residual ? new[] { "seed" } : [],
            .. table.Items > table.Residual ? new[] { "item" } : [],
        ];

    /// <summary>t over seed means alone.</summary>
    internal static Combined Seeds(MeanSquares table) =>
        Combined.Of((1.0 / table.Cells, table.Seeds, table.SeedCount - 1));

    /// <summary>t over item means alone.</summary>
    internal static Combined Items(MeanSquares table) =>
        Combined.Of((1.0 / table.Cells, table.Items, table.ItemCount - 1));

    /// <summary>Components of three factors, and the variance of what is left of them.</summary>
    internal static (
        Dictionary<string, double> Components,
        string[] Kept,
        Dictionary<string, double> Coefficients
    ) Three(ThreeFactors table)
    {
        string[] factors = ["T", "S", "I", "TS", "TI", "SI", "TSI"];
        var sizes = new Dictionary<char, double>
        {
            ['T'] = table.Teachers,
            ['S'] = table.Seeds,
            ['I'] = table.Items,
        };
        int Sign(string outer, string inner) => (outer.Length - inner.Length) % 2 == 0 ? 1 : -1;
        bool Holds(string outer, string inner) => inner.All(outer.Contains);
        var components = factors.ToDictionary(
            factor => factor,
            factor =>
                factors.Where(outer => Holds(outer, factor)).Sum(outer => Sign(outer, factor) * table.Squares[outer])
                / sizes.Where(pair => !factor.Contains(pair.Key)).Aggregate(1.0, (size, pair) => size * pair.Value)
        );
        string[] kept = [.. factors.Where(factor => components[factor] > 0)];
        var cells = sizes.Values.Aggregate(1.0, (size, value) => size * value);
        return (
            components,
            kept,
            factors.ToDictionary(
                outer => outer,
                outer => kept.Where(factor => Holds(outer, factor)).Sum(factor => Sign(outer, factor)) / cells
            )
        );
    }
}
