using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Reading;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Ledger;

/// <summary>The rows of use.csv and its items.</summary>
internal static class UseRecording
{
    // Measurements of now and before, of runs that are recorded, in the order of the plan.
    internal static IReadOnlyList<T> Rows<T>(
        Plan plan,
        IReadOnlyDictionary<string, Outcome> outcomes,
        List<RunRow> runs,
        ILookup<(string, string), T> before,
        Func<ExperimentSpec, UseUnit, Outcome, IEnumerable<T>> rows
    )
    {
        var recorded = runs.Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. plan
                .Units.OfType<UseUnit>()
                .Where(unit => recorded.Contains(unit.Model.Run))
                .SelectMany(unit =>
                    outcomes.GetValueOrDefault(unit.Fingerprint.Text) is { Use: not null } outcome
                        ? rows(plan.Spec, unit, outcome)
                        : before[(unit.Model.Run, Names<ModelFormat>.Of(unit.Format))]
                ),
        ];
    }

    internal static IEnumerable<UseRow> Use(ExperimentSpec spec, UseUnit unit, Outcome outcome)
    {
        var (use, where) = (outcome.Use!, outcome.Circumstances);
        yield return new UseRow(
            Run: unit.Model.Run,
            Format: Names<ModelFormat>.Of(unit.Format),
            ModelBytes: use.ModelBytes,
            FirstTokenSeconds: use.FirstTokenSeconds,
            TokensPerSecond: use.TokensPerSecond,
            TokensPerSecond16: use.TokensPerSecond16,
            PeakBytes: use.PeakBytes,
            Processor: use.Processor,
            Commit: where.Commit,
            Dirty: where.Dirty
        );
    }

    internal static IEnumerable<UseItemRow> Items(ExperimentSpec spec, UseUnit unit, Outcome outcome) =>
        outcome.Scores.SelectMany(score =>
            score.Items.Select(
                (value, item) =>
                    new UseItemRow(
                        Run: unit.Model.Run,
                        Format: Names<ModelFormat>.Of(unit.Format),
                        Task: score.Task,
                        Metric: score.Metric,
                        Item: item,
                        Score: value
                    )
            )
        );
}
