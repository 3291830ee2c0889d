using Bench.Protocol.Ledger;
using Bench.Protocol.Seeds;
using Bench.Protocol.Statistics.Intervals;
using Bench.Protocol.Statistics.Power;
using Bench.Report.Figures;
using Bench.Report.Style;

namespace Bench.Tests.Protocol.Statistics.Simulation;

/// <summary>
/// Intervals cover and tests keep their level in worlds whose truth is known: a sample of tables, or with --long all of
/// them, which writes docs/statistics/coverage.csv and familywise.csv and their figures.
/// </summary>
public sealed class SimulationTests
{
    private static readonly int[] Seeds = [2, 3, 5, 10, 20];
    private static readonly int[] ItemCounts = [100, 500];
    private static readonly int[] FamilySeeds = [3, 5, 10];

    private static ResultsFolder Docs => new(Path.Combine(Repository.Root, "docs", "statistics"));

    [Fact]
    public void The_interval_of_a_mean_covers_wherever_seeds_show_what_they_can_do()
    {
        var cells = Scenarios
            .All.SelectMany(scenario => ItemCounts.SelectMany(items => Seeds.Select(seeds => (scenario, seeds, items))))
            .ToArray();
        var rows = new IReadOnlyList<CoverageRow>[cells.Length];
        Parallel.For(
            0,
            cells.Length,
            at =>
            {
                var (scenario, seeds, items) = cells[at];
                var tables = items == 100 ? Suite.Count(250, 10_000) : Suite.Count(40, 10_000);
                rows[at] = CoverageSimulation.Cell(scenario, seeds, items, tables, Suite.Count(0, 2_000));
            }
        );
        if (Suite.IsLong)
            WriteCoverage([.. rows.SelectMany(cell => cell)]);
        Assert.All(
            cells.Zip(rows).Where(cell => cell.First.scenario.IsBounded && cell.First.seeds > 2),
            cell =>
            {
                var row = cell.Second.Single(row => row.Method == CoverageSimulation.Rule);
                var (low, high) = cell.First.scenario.Bounds(cell.First.seeds);
                var tables = (int)row.Simulations;
                Assert.InRange(row.Coverage, low - 3 * Error(low, tables), high + 3 * Error(high, tables));
            }
        );
    }

    [Fact]
    public void Holm_errs_in_at_most_six_of_a_hundred_families_where_seeds_do_not_fall_on_two_levels()
    {
        var cells = FamilywiseSimulation
            .Models.Keys.SelectMany(model => FamilySeeds.Select(seeds => (model, seeds)))
            .ToArray();
        var rows = new IReadOnlyList<FamilywiseRow>[cells.Length];
        Parallel.For(
            0,
            cells.Length,
            at => rows[at] = FamilywiseSimulation.Cell(cells[at].model, cells[at].seeds, Suite.Count(40, 4_000))
        );
        if (Suite.IsLong)
            WriteFamilywise([.. rows.SelectMany(cell => cell)]);
        Assert.All(
            rows.SelectMany(cell => cell)
                .Where(row => row.Method == FamilywiseSimulation.Methods[^1] && row.Model is not ("F4" or "F5")),
            row => Assert.InRange(row.FamilywiseError, 0, 0.06 + 3 * Error(0.06, (int)row.Simulations))
        );
    }

    [Theory]
    [InlineData(3, 3.26)]
    [InlineData(5, 1.68)]
    [InlineData(10, 1.0)]
    public void The_power_of_a_plan_is_how_often_its_difference_is_found(int seeds, double difference)
    {
        // Seeds differ with a standard deviation of 1 and many items tell each seed's difference exactly.
        var random = new Seed(7).Stream($"power {seeds}");
        var worlds = Suite.Count(1_000, 20_000);
        var found = Enumerable
            .Range(0, worlds)
            .Count(_ =>
            {
                double[][] table =
                [
                    .. Enumerable
                        .Range(0, seeds)
                        .Select(_ => Enumerable.Repeat(difference + random.NextNormal(), 2).ToArray()),
                ];
                return MeanSquares.Of(table).Rule.P() < 0.05;
            });
        var power = PairedPower.Of(seeds, difference);
        Assert.InRange((double)found / worlds, power - 3 * Error(power, worlds), power + 3 * Error(power, worlds));
    }

    private static double Error(double share, int count) => CoverageSimulation.StandardError(share, count);

    private static void WriteCoverage(IReadOnlyList<CoverageRow> rows)
    {
        Docs.WriteTable("coverage.csv", rows);
        var bounded = Scenarios.All.Where(scenario => scenario.IsBounded).Select(scenario => scenario.Code).ToHashSet();
        Draw(
            "coverage",
            "least coverage over scenarios",
            rows.Where(row => row.Items == 100 && bounded.Contains(row.Scenario))
                .Where(row => row.Method is "bootstrap" or "crossed" or "seeds" or CoverageSimulation.Rule)
                .GroupBy(row => (row.Method, row.Seeds))
                .Select(group => (group.Key.Method, group.Key.Seeds, group.Min(row => row.Coverage))),
            0.95
        );
        Draw(
            "coverage-impossible",
            "coverage of the rule",
            rows.Where(row =>
                    row.Items == 100
                    && row.Method == CoverageSimulation.Rule
                    && row.Scenario is "b1" or "b2" or "b3" or "m1" or "m2" or "p4"
                )
                .Select(row => (row.Scenario, row.Seeds, row.Coverage)),
            0.95
        );
    }

    private static void WriteFamilywise(IReadOnlyList<FamilywiseRow> rows)
    {
        Docs.WriteTable("familywise.csv", rows);
        Draw(
            "familywise",
            "largest family-wise error",
            rows.Where(row => row.Model is not ("F4" or "F5"))
                .GroupBy(row => (row.Method, row.Seeds))
                .Select(group => (group.Key.Method, group.Key.Seeds, group.Max(row => row.FamilywiseError))),
            0.05
        );
    }

    private static void Draw(
        string name,
        string quantity,
        IEnumerable<(string Curve, long Seeds, double Value)> points,
        double nominal
    )
    {
        var curves = points
            .GroupBy(point => point.Curve)
            .ToDictionary(
                group => group.Key,
                group =>
                    group
                        .OrderBy(point => point.Seeds)
                        .Select(point => new CurveFigure.Point(point.Seeds, point.Value, null, null))
                        .ToArray()
            );
        new CurveFigure
        {
            X = "seeds",
            Y = quantity,
            Curves = curves,
            Styles = MethodLook.Of(Experiments.Parse(Experiments.Small), curves.Keys),
            Tick = CurveFigure.Percent,
            References = [new CurveFigure.Reference("nominal", nominal)],
        }.Draw(Docs, name);
    }
}
