using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Power;
using Bench.Protocol.Tasks;

namespace Bench.Protocol.Ledger;

/// <summary>
/// The differences that a design can see: for each contrast at the largest budget the least difference that its seeds
/// find with a chance of 80%, by the spread of the seeds' paired differences. The spread is that of earlier results, of
/// a pilot, or assumed; of few seeds its upper 80% bound is taken.
/// </summary>
/// <param name="Contrast">Both methods.</param>
/// <param name="Student">The student.</param>
/// <param name="Primary">Whether it stands alone; else Holm takes all of the task's.</param>
/// <param name="Tests">Contrasts of its family.</param>
/// <param name="Spread"> The standard deviation of the seeds' differences that is reckoned with; null where unknown.
/// </param>
/// <param name="Source">Where it is from, in words.</param>
/// <param name="Seeds">Of the design.</param>
/// <param name="Detectable"> The least difference; null where the spread is not known, or there are too few seeds.
/// </param>
/// <param name="SeedsNeeded">For the difference that is asked for; null for none.</param>
public sealed record DesignPower(
    string Contrast,
    string Student,
    bool Primary,
    int Tests,
    double? Spread,
    string Source,
    int Seeds,
    double? Detectable,
    int? SeedsNeeded
)
{
    /// <summary>
    /// The spread that is assumed of scores between 0 and 1 where nothing is known: that of small students on the steep
    /// part of a learning curve (0.26 to 0.34 in the experiments that come with Bench).
    /// </summary>
    public const double AssumedSpread = 0.3;

    /// <summary>Of each contrast of the first task's first metric.</summary>
    /// <param name="spec">The experiment.</param>
    /// <param name="recorded">Its rows so far, pilots among them.</param>
    /// <param name="spread">A spread to reckon with in place of a measured one; null for none.</param>
    /// <param name="wanted">A difference whose seeds are asked for; null for none.</param>
    public static IReadOnlyList<DesignPower> Of(
        ExperimentSpec spec,
        Results recorded,
        double? spread = null,
        double? wanted = null
    )
    {
        var (earlier, pilot) = (Measured(spec, recorded, RunRow.Ok), Measured(spec, recorded, RunRow.Pilot));
        var declared = spec.ContrastsOrDefault;
        var family = declared.Count * spec.Students.Count * spec.Budgets.Count - declared.Count(one => one.Primary);
        return
        [
            .. spec.Students.SelectMany(student =>
                declared
                    .OrderByDescending(one => one.Primary)
                    .Select(contrast =>
                        Row(
                            spec,
                            student.Name,
                            contrast,
                            contrast.Primary ? 1 : Math.Max(1, family),
                            Known(
                                spread,
                                spec.Tasks[0].Task.Metrics[0],
                                Find(spec, earlier, student.Name, contrast),
                                Find(spec, pilot, student.Name, contrast)
                            ),
                            wanted
                        )
                    )
            ),
        ];
    }

    private static DesignPower Row(
        ExperimentSpec spec,
        string student,
        ContrastSpec contrast,
        int tests,
        (double? Spread, string Source) known,
        double? wanted
    )
    {
        var (seeds, level) = (spec.Seeds.Count, Comparison.Level / tests);
        return new DesignPower(
            Contrast: $"{contrast.Of} - {contrast.Against}",
            Student: student,
            Primary: contrast.Primary,
            Tests: tests,
            Spread: known.Spread,
            Source: known.Source,
            Seeds: seeds,
            Detectable: seeds < Contrasts.LeastSeeds ? null : known.Spread * PairedPower.Detectable(seeds, level),
            SeedsNeeded: known.Spread is { } spread && wanted is { } difference
                ? Math.Max(Contrasts.LeastSeeds, PairedPower.SeedsNeeded(spread, difference, level) ?? int.MaxValue)
                : null
        );
    }

    // The contrast at the largest budget; of several teachers' that whose seeds spread most.
    private static ContrastRow? Find(
        ExperimentSpec spec,
        IReadOnlyList<ContrastRow> measured,
        string student,
        ContrastSpec contrast
    ) =>
        measured
            .Where(row =>
                row.Task == spec.Tasks[0].Name
                && row.Metric == spec.Tasks[0].Task.Metrics[0].Name
                && row.Student == student
                && row.Budget == spec.Budgets[^1].Amount
                && row.SeedSd > 0
                && IsOf(row.Of, contrast.Of)
                && IsOf(row.Against, contrast.Against)
            )
            .MaxBy(row => row.SeedSd);

    private static bool IsOf(string label, string name) =>
        label == name || label.StartsWith(name + ExperimentSpec.OfTeacher, StringComparison.Ordinal);

    private static (double? Spread, string Source) Known(
        double? given,
        Metric metric,
        ContrastRow? earlier,
        ContrastRow? pilot
    )
    {
        if (given is not null)
            return (given, "as given");
        if ((earlier ?? pilot) is { } row)
            return (
                SpreadBound.Upper(row.SeedSd!.Value, (int)row.Seeds),
                FormattableString.Invariant(
                    $"{row.Seeds} seeds of {(earlier is null ? "the pilot" : "earlier results")} ({row.SeedSd:0.000})"
                )
            );
        return metric.IsShare ? (AssumedSpread, "assumed") : (null, "unknown");
    }

    // The contrasts of rows of one status.
    private static IReadOnlyList<ContrastRow> Measured(ExperimentSpec spec, Results recorded, string status) =>
        Contrasts.Of(
            spec,
            recorded with
            {
                Runs =
                [
                    .. recorded
                        .Runs.Where(run => run.Student.Length > 0 && run.Status == status)
                        .Select(run => run with { Status = RunRow.Ok }),
                ],
            }
        );
}
