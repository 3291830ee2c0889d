using System.Globalization;
using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;

namespace Bench.Cli.Display;

/// <summary>
/// The differences that a plan's seeds can see, and the cost of the seeds that a wanted difference takes.
/// </summary>
internal sealed class PowerText(Plan plan, Forecast forecast, IReadOnlyList<DesignPower> rows, double? wanted)
{
    /// <summary>The lines, at most 80 columns for usual names.</summary>
    internal IEnumerable<string> Lines()
    {
        var spec = plan.Spec;
        yield return "";
        yield return $"differences of {spec.Tasks[0].Task.Metrics[0].Name} at "
            + $"{spec.Budgets[^1].AmountText} {spec.Budgets[^1].Label} that {spec.Seeds.Count} seeds find with 80%:";
        foreach (var row in rows)
        {
            var who = spec.Students.Count > 1 ? $"{row.Student}, {row.Contrast}" : row.Contrast;
            yield return $"  {who}{(row.Primary ? " (primary)" : "")}: {Found(row)}";
            yield return row.Spread is { } spread
                ? string.Create(CultureInfo.InvariantCulture, $"    spread of seeds {spread:0.000}, {Basis(row)}")
                : "    the spread of seeds is not known: bench run --pilot 3 measures it";
            if (row.SeedsNeeded is { } seeds)
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"    a difference of {wanted} takes {Count(seeds)}{(seeds == int.MaxValue ? "" : Cost(seeds))}"
                );
        }

        if (rows.Any(row => row.Source == "assumed"))
            yield return "  assumed spreads are of small students in mid-curve; bench run --pilot 3 measures yours";
    }

    private string Found(DesignPower row) =>
        row.Detectable is { } least
            ? least >= 1 && plan.Spec.Tasks[0].Task.Metrics[0].IsShare
                ? "none"
                : string.Create(CultureInfo.InvariantCulture, $"from {least:0.000} on")
            : row.Seeds < Contrasts.LeastSeeds
                ? $"none: a contrast takes {Contrasts.LeastSeeds} seeds"
                : "not known";

    private static string Basis(DesignPower row) =>
        (row.Source.Contains("seeds", StringComparison.Ordinal) ? "the upper 80% bound of " : "")
        + row.Source
        + (row.Tests > 1 ? $"; by Holm over {row.Tests} contrasts" : "; alone");

    private static string Count(int seeds) =>
        seeds == int.MaxValue
            ? "more than a million seeds"
            : string.Create(CultureInfo.InvariantCulture, $"{seeds} seeds");

    // Units of a seed are as many times as dear; the others are made once.
    private string Cost(int seeds)
    {
        var (once, each) = (new Spent(), new Spent());
        foreach (var unit in plan.Units)
        {
            var of = unit.WithNeeds().OfType<StudentUnit>().Any() ? each : once;
            of.Flops += PlanText.Own(unit).Sum(charge => charge.Flops.Value);
            of.Usd += plan.Spec.Prices.Cost(PlanText.Own(unit)).Value;
            of.Seconds += forecast.Of(unit).Value;
        }

        var share = (double)seeds / plan.Spec.Seeds.Count;
        return string.Create(
            CultureInfo.InvariantCulture,
            $": {once.Flops + share * each.Flops:0.0e0} FLOPs, "
                + $"{BoardText.Duration(once.Seconds + share * each.Seconds)}, "
                + $"{once.Usd + share * each.Usd:0.0e0} dollars"
        );
    }

    private sealed class Spent
    {
        internal double Flops { get; set; }

        internal double Seconds { get; set; }

        internal double Usd { get; set; }
    }
}
