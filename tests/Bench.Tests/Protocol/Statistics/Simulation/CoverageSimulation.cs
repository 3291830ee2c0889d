using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Distributions;
using Bench.Protocol.Statistics.Intervals;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>Draws tables of a scenario and counts how often each method's interval holds the true mean.</summary>
internal static class CoverageSimulation
{
    /// <summary>The interval that Bench reports.</summary>
    internal const string Rule = "rule";

    private const double Rounding = 1e-6;

    /// <summary>One cell: so many tables of so many seeds and items.</summary>
    /// <param name="scenario">The world.</param>
    /// <param name="seeds">S.</param>
    /// <param name="items">I.</param>
    /// <param name="tables">How many are drawn.</param>
    /// <param name="bootstrapped">For how many of them the percentile bootstrap is made too.</param>
    internal static IReadOnlyList<CoverageRow> Cell(
        Scenario scenario,
        int seeds,
        int items,
        int tables,
        int bootstrapped
    )
    {
        var random = new Seed(20_261_127).Stream($"{scenario.Code} {seeds} {items}");
        var bootstrap = bootstrapped > 0 ? new Bootstrap(seeds, items) : null;
        var intervals = new Dictionary<string, List<(double Low, double High)>>(StringComparer.Ordinal);
        void Add(string method, double? low, double? high)
        {
            if (!intervals.TryGetValue(method, out var list))
                intervals[method] = list = [];
            list.Add((low ?? scenario.Truth, high ?? scenario.Truth));
        }

        for (var table = 0; table < tables; table++)
        {
            var scores = scenario.Draw(random, seeds, items);
            var squares = MeanSquares.Of(scores);
            foreach (var (method, half) in Symmetric(squares))
                Add(method, squares.Mean - half, squares.Mean + half);
            var rule = MeanInterval.Of(squares, scenario.Range);
            Add(Rule, rule.Low, rule.High);
            if (scenario.Range == ScoreRange.Share)
            {
                var (low, high) = BinomialInterval.ClopperPearson(squares.Mean * seeds, seeds);
                Add("cp-over-seeds", low, high);
            }

            if (table < bootstrapped)
            {
                var (low, high) = bootstrap!.Interval(scores);
                Add("bootstrap", low, high);
            }
        }

        return [.. intervals.Select(pair => Row(scenario, seeds, items, pair.Key, pair.Value))];
    }

    private static IEnumerable<(string Method, double Half)> Symmetric(MeanSquares table)
    {
        var (clipped, seeds) = (Rivals.Clipped(table).HalfWidth(), Rivals.Seeds(table).HalfWidth());
        // With a fraction of a degree of freedom t has no bound that a table could hold.
        yield return ("crossed-unclipped", Math.Min(1e6, Rivals.Unclipped(table).HalfWidth()));
        yield return ("crossed", clipped);
        yield return ("seeds", seeds);
        yield return ("items", Rivals.Items(table).HalfWidth());
        yield return ("wider-of-two", Math.Max(clipped, seeds));
        yield return ("two-term-no-floor", (table.Rule with { Floor = null }).HalfWidth());
        yield return ("two-term", table.Rule.HalfWidth());
    }

    private static CoverageRow Row(
        Scenario scenario,
        int seeds,
        int items,
        string method,
        List<(double Low, double High)> intervals
    )
    {
        var (least, most) = scenario.Range switch
        {
            ScoreRange.Share => (0.0, 1.0),
            ScoreRange.ShareDifference => (-1, 1),
            _ => (double.NegativeInfinity, double.PositiveInfinity),
        };
        var inside = intervals
            .Select(interval => (Low: Math.Max(least, interval.Low), High: Math.Min(most, interval.High)))
            .ToArray();
        double Share(Func<(double Low, double High), bool> of) => (double)inside.Count(of) / inside.Length;
        var (below, above) = (
            Share(interval => scenario.Truth < interval.Low - Rounding),
            Share(interval => scenario.Truth > interval.High + Rounding)
        );
        var coverage = 1 - below - above;
        double[] widths = [.. inside.Select(interval => interval.High - interval.Low).Order()];
        return new CoverageRow(
            Scenario: scenario.Code,
            TrueMean: Math.Round(scenario.Truth, 6),
            Seeds: seeds,
            Items: items,
            Method: method,
            Simulations: inside.Length,
            Coverage: Math.Round(coverage, 4),
            CoverageSe: Math.Round(StandardError(coverage, inside.Length), 4),
            MissedBelow: Math.Round(below, 4),
            MissedAbove: Math.Round(above, 4),
            MeanWidth: Digits(widths.Average()),
            MedianWidth: Digits(widths[widths.Length / 2]),
            NoWidth: Math.Round(Share(interval => interval.High - interval.Low < Rounding), 4)
        );
    }

    /// <summary>Of a share of so many, never less than that of one in four of them.</summary>
    internal static double StandardError(double share, int count) =>
        Math.Sqrt(Math.Max(share * (1 - share), 0.25 / count) / count);

    private static double Digits(double value) =>
        double.Parse(
            value.ToString("g4", System.Globalization.CultureInfo.InvariantCulture),
            System.Globalization.CultureInfo.InvariantCulture
        );
}
