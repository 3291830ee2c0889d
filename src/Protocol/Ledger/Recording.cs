using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Protocol.Ledger;

/// <summary>Turns outcomes into rows, in the order of the plan, so that a ledger does not depend on the order in which units finished.</summary>
public static class Recording
{
    /// <summary>
    /// The results of a plan: rows of the outcomes given, and for other runs of the plan the rows that were recorded before.
    /// Rows of runs that are no longer in the plan are dropped.
    /// </summary>
    public static Results Merge(Plan plan, IReadOnlyDictionary<string, Outcome> outcomes, Results before)
    {
        var (runs, scores, items, charges) = (new List<RunRow>(), new List<ScoreRow>(), new List<ItemRow>(), new List<ChargeRow>());
        var recorded = before.Runs.ToLookup(row => row.Run, StringComparer.Ordinal);
        var (oldScores, oldItems, oldCharges) = (
            before.Scores.ToLookup(row => row.Run, StringComparer.Ordinal),
            before.Items.ToLookup(row => row.Run, StringComparer.Ordinal),
            before.Charges.ToLookup(row => row.Run, StringComparer.Ordinal));
        foreach (var unit in plan.Runs)
        {
            if (outcomes.TryGetValue(unit.Fingerprint.Text, out var outcome))
            {
                runs.Add(Run(plan.Spec, unit, outcome));
                scores.AddRange(outcome.Scores.Select(score => Score(unit.Run, score)));
                items.AddRange(outcome.Scores.SelectMany(score => score.Items.Select((value, item) => new ItemRow(unit.Run, score.Task, item, score.Metric, value))));
                charges.AddRange(outcome.Charges.Select(charge => Row(plan.Spec, unit.Run, charge)));
                continue;
            }

            runs.AddRange(recorded[unit.Run]);
            scores.AddRange(oldScores[unit.Run]);
            items.AddRange(oldItems[unit.Run]);
            charges.AddRange(oldCharges[unit.Run]);
        }

        return new Results(runs, scores, items, charges, Summary.Of(plan.Spec, runs, items));
    }

    private static ScoreRow Score(string run, TaskScores scores) => new(
        run, scores.Task, scores.Metric, scores.Items.Count, scores.Items.Sum(), Statistics.Scores.Mean(scores.Items),
        scores.Items.Count > 1 ? Statistics.Scores.StandardError(scores.Items) : null);

    private static ChargeRow Row(ExperimentSpec spec, string run, Charge charge) => new(
        run, Charge.NameOf(charge.Kind), charge.Tokens, charge.Flops.Value, charge.Seconds.Value,
        spec.Prices.EstimatedEnergy(charge.Seconds).Value, spec.Prices.Cost(charge.Flops).Value);

    private static RunRow Run(ExperimentSpec spec, UnitOfWork unit, Outcome outcome)
    {
        var student = unit as StudentUnit;
        var total = Charge.Total(outcome.Charges, spec.Boundary);
        double? Sum(params ChargeKind[] kinds) =>
            outcome.Charges.Any(charge => kinds.Contains(charge.Kind)) ? Charge.Total(outcome.Charges, kinds).Value : null;
        var where = outcome.Circumstances;
        return new RunRow(
            unit.Run, spec.Name, ExperimentSpec.CurrentSchema, spec.Teacher.Name, student?.Student.Name ?? "", student?.MethodName ?? "",
            student?.Budget?.UnitName ?? "", student?.Budget?.Amount, student?.Seed,
            outcome.Status.ToString().ToLowerInvariant(), outcome.Error, outcome.StudentParameters, outcome.Steps, outcome.Examples, outcome.TokensTrained,
            outcome.TeacherTokens, outcome.TeacherQueries, Sum(ChargeKind.StudentTraining),
            Sum(ChargeKind.TeacherTraining, ChargeKind.TeacherGeneration, ChargeKind.TeacherScoring), student is null ? null : total.Value,
            where.Seconds, spec.Prices.EstimatedEnergy(new Seconds(where.Seconds)).Value, student is null ? null : spec.Prices.Cost(total).Value,
            where.PeakRssBytes, where.Device, where.Provider, where.Commit, where.Dirty, where.StartedUtc);
    }
}
