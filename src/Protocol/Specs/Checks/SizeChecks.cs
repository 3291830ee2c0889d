using Bench.Protocol.Reading;

namespace Bench.Protocol.Specs.Checks;

/// <summary>The number of runs that a plan may have.</summary>
internal sealed class SizeChecks : ICheck
{
    /// <summary>A plan of so many runs takes some hundreds of megabytes.</summary>
    private const double MostRuns = 50_000;

    public IEnumerable<SpecException> Errors(ExperimentSpec spec, SpecMapping root)
    {
        double[] factors =
        [
            spec.Students.Count,
            spec.Methods.Count,
            spec.Budgets.Count,
            spec.Seeds.Count,
            spec.Teachers.Count,
        ];
        var runs = factors.Aggregate(1.0, (product, factor) => product * factor);
        if (runs > MostRuns)
            yield return new SpecException(
                root.LocationOfKey("seeds"),
                FormattableString.Invariant(
                    $"{spec.Students.Count} students, {spec.Methods.Count} methods, {spec.Budgets.Count} budgets, "
                )
                    + FormattableString.Invariant(
                        $"{spec.Seeds.Count} seeds and {spec.Teachers.Count} teachers are over {MostRuns} runs"
                    ),
                "divide it into several experiments"
            );
    }
}
