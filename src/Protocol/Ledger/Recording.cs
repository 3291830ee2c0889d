using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Scoring;
using Bench.Protocol.Units;

namespace Bench.Protocol.Ledger;

/// <summary>
/// Turns outcomes into rows, in the order of the plan, so that a ledger does not depend on the order in which units
/// finished.
/// </summary>
public static class Recording
{
    /// <summary>
    /// The results of a plan: rows of the outcomes given, and for other runs of the plan the rows that were recorded
    /// before. Rows of units that are no longer in the plan are left out.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="outcomes">By fingerprint.</param>
    /// <param name="before">The rows recorded so far.</param>
    /// <param name="teachersBefore">The units whose rows are the teachers' there, by run.</param>
    public static Results Merge(
        Plan plan,
        IReadOnlyDictionary<string, Outcome> outcomes,
        Results before,
        IReadOnlyDictionary<string, string> teachersBefore
    )
    {
        var rows = new RunRows();
        var recorded = new RecordedRows(before);
        // A pilot stays beside what it was made for.
        var planned = plan.Runs.Select(unit => unit.Run).ToHashSet(StringComparer.Ordinal);
        foreach (var row in before.Runs.Where(row => row.Status == RunRow.Pilot && !planned.Contains(row.Run)))
            recorded.CopyTo(rows, row.Run);
        foreach (var unit in plan.Runs)
        {
            if (outcomes.TryGetValue(unit.Fingerprint.Text, out var outcome))
                Add(rows, plan, unit, outcome, outcomes);
            else if (Recorded(unit, teachersBefore))
                recorded.CopyTo(rows, unit.Run);
        }

        return new Results(
            Runs: rows.Runs,
            Scores: rows.Scores,
            Items: rows.Items,
            Charges: rows.Charges,
            Summary: Summary.Of(plan.Spec, rows.Runs, rows.Items)
        )
        {
            Trials = TrialRecording.Rows(plan, outcomes, before),
            Curves = rows.Curves,
            Elsewhere = Elsewhere.Rows(plan, rows.Runs, rows.Charges),
            Samples = rows.Samples,
            Uses = UseRecording.Rows(
                plan,
                outcomes,
                rows.Runs,
                before.Uses.ToLookup(row => (row.Run, row.Format)),
                UseRecording.Use
            ),
            UseItems = UseRecording.Rows(
                plan,
                outcomes,
                rows.Runs,
                before.UseItems.ToLookup(row => (row.Run, row.Format)),
                UseRecording.Items
            ),
        };
    }

    // The rows of a unit that has an outcome.
    private static void Add(
        RunRows rows,
        Plan plan,
        UnitOfWork unit,
        Outcome outcome,
        IReadOnlyDictionary<string, Outcome> outcomes
    )
    {
        IReadOnlyList<Charge> own =
        [
            .. RunPrices.Priced(unit, WithTeacherTraining(plan, unit, outcome, outcomes)),
            .. LostAttempts(plan, unit, outcomes),
        ];
        rows.Runs.Add(Run(plan.Spec, unit, outcome with { Charges = own }));
        rows.Charges.AddRange(own.Select(charge => Row(plan.Spec, unit.Run, charge)));
        rows.Curves.AddRange(
            outcome.Curve.Select(point => new CurveRow(unit.Run, point.Step, point.Spent, point.Loss))
        );
        // One seed's answers are enough to see.
        var shows = unit is not StudentUnit student || student.Seed == plan.Spec.Seeds[0];
        foreach (var score in outcome.Scores)
        {
            rows.Scores.Add(Score(unit.Run, score));
            rows.Items.AddRange(
                score.Items.Select(
                    (value, item) =>
                        new ItemRow(Run: unit.Run, Task: score.Task, Item: item, Metric: score.Metric, Score: value)
                )
            );
            if (shows)
                rows.Samples.AddRange((score.Answers ?? []).Select(answer => Sample(unit.Run, score, answer)));
        }
    }

    private static SampleRow Sample(string run, TaskScores score, Answered answer) =>
        new(
            Run: run,
            Task: score.Task,
            Item: answer.Item,
            Prompt: answer.Prompt,
            Reference: answer.Reference,
            Response: answer.Response,
            Score: score.Items[answer.Item]
        );

    /// <summary>
    /// Whether recorded rows belong to units that the plan no longer has: writing its results will replace them.
    /// </summary>
    public static bool Replaces(Plan plan, Results before, IReadOnlyDictionary<string, string> teachersBefore)
    {
        var kept = plan
            .Runs.Where(unit => Recorded(unit, teachersBefore))
            .Select(unit => unit.Run)
            .ToHashSet(StringComparer.Ordinal);
        return before.Runs.Any(row => row.Status != RunRow.Pilot && !kept.Contains(row.Run));
    }

    // A teacher's run keeps its name when its unit changes: its rows count only where they came from this unit.
    private static bool Recorded(UnitOfWork unit, IReadOnlyDictionary<string, string> teachersBefore) =>
        unit is not TeacherUnit || teachersBefore.GetValueOrDefault(unit.Run) == unit.Fingerprint.Text;

    // Inside a boundary that counts it, training the teacher is part of what each of its students cost.
    private static IReadOnlyList<Charge> WithTeacherTraining(
        Plan plan,
        UnitOfWork unit,
        Outcome outcome,
        IReadOnlyDictionary<string, Outcome> outcomes
    )
    {
        if (unit is not StudentUnit { Method.IsBaseline: false, Teacher: { } taught })
            return outcome.Charges;
        var origin = plan.Spec.Teachers.First(known => known.Name == (taught.Of ?? taught.Name));
        var ofTeacher = outcomes.TryGetValue(plan.TeacherOf(origin).Fingerprint.Text, out var teacher)
            ? teacher.Charges
            : [];
        return plan.Spec.Boundary.ChargedTo(isTaught: true, outcome.Charges, ofTeacher);
    }

    // Lost attempts at shared work are charged to each run that uses it, as the work is: a teacher's to its
    // students where the boundary counts its training, else in its own row alone.
    private static IEnumerable<Charge> LostAttempts(
        Plan plan,
        UnitOfWork unit,
        IReadOnlyDictionary<string, Outcome> outcomes
    )
    {
        var carriesTeacher = plan.Spec.Boundary.CarriesTeacherTraining(
            unit is StudentUnit { Method.IsBaseline: false }
        );
        var lost = unit.WithNeeds()
            .Where(other => other == unit || other is not TeacherUnit || carriesTeacher)
            .SelectMany(other => outcomes.GetValueOrDefault(other.Fingerprint.Text)?.Lost ?? [])
            .ToArray();
        if (lost.Length == 0)
            return [];
        var charges = lost.SelectMany(attempt => attempt.Charges).ToArray();
        return
        [
            new Charge(
                ChargeKind.LostAttempts,
                charges.Sum(charge => charge.Tokens),
                new Flops(charges.Sum(charge => charge.Flops.Value)),
                new Seconds(lost.Sum(attempt => attempt.Seconds))
            ),
        ];
    }

    private static ScoreRow Score(string run, TaskScores scores) =>
        new(
            Run: run,
            Task: scores.Task,
            Metric: scores.Metric,
            N: scores.Items.Count,
            Sum: scores.Items.Sum(),
            Value: Scores.Mean(scores.Items),
            Stderr: scores.Items.Count > 1 ? Scores.StandardError(scores.Items) : null
        );

    private static ChargeRow Row(ExperimentSpec spec, string run, Charge charge) =>
        new(
            Run: run,
            Kind: Charge.NameOf(charge.Kind),
            Tokens: charge.Tokens,
            Flops: charge.FlopsUnknown ? null : charge.Flops.Value,
            Seconds: charge.Seconds.Value,
            Joules: null,
            Usd: charge.Rent(spec.Prices, spec.Device, spec.Threads)?.Value,
            UsdList: charge.ListPrice(spec.Prices)?.Value
        );

    // Where teachers are compared, a student without one has none.
    internal static string TeacherOf(UnitOfWork unit) =>
        unit switch
        {
            TeacherUnit teacher => teacher.Teacher.Name,
            TrainingUnit training => training.Teacher?.Name ?? "",
            _ => "",
        };

    private static RunRow Run(ExperimentSpec spec, UnitOfWork unit, Outcome outcome)
    {
        var student = unit as StudentUnit;
        // A failed unit's spending stands among the charges; it is no price of a result.
        // Nor is what a recorded teacher spent, where the boundary counts it.
        var known =
            student is not null
            && outcome.Status == UnitStatus.Ok
            && (
                student.Method is not { IsBaseline: false }
                || student.Teacher is not { Kind: TeacherKind.Traces, Of: null }
                || !spec.Boundary.Counts(ChargeKind.TeacherGeneration)
            );
        var counted = spec.Boundary.Inside(outcome.Charges).ToArray();
        double? Sum(params ChargeKind[] kinds) =>
            outcome.Charges.Any(charge => kinds.Contains(charge.Kind))
            && !outcome.Charges.Any(charge => kinds.Contains(charge.Kind) && charge.FlopsUnknown)
                ? new Boundary(kinds).Total(outcome.Charges).Value
                : null;
        var where = outcome.Circumstances;
        return new RunRow(
            Run: unit.Run,
            Experiment: spec.Name,
            Schema: ExperimentSpec.CurrentSchema,
            Teacher: TeacherOf(unit),
            Student: student?.Student.Name ?? "",
            Method: student?.MethodName ?? "",
            BudgetUnit: student?.Budget?.Unit ?? "",
            Budget: student?.Budget?.Amount,
            Seed: student?.Seed,
            Status: spec.IsPilot && student is not null && outcome.Status == UnitStatus.Ok
                ? RunRow.Pilot
                : outcome.Status.ToString().ToLowerInvariant(),
            Error: outcome.Error,
            StudentParams: outcome.StudentParameters,
            Steps: outcome.Steps,
            Examples: outcome.Examples,
            TokensTrained: outcome.TokensTrained,
            TeacherTokens: outcome.TeacherTokens,
            TeacherQueries: outcome.TeacherQueries,
            FlopsStudent: Sum(ChargeKind.StudentTraining),
            FlopsTeacher: Sum(ChargeKind.TeacherTraining, ChargeKind.TeacherGeneration, ChargeKind.TeacherScoring),
            FlopsTotal: known && !counted.Any(charge => charge.FlopsUnknown)
                ? spec.Boundary.Total(counted).Value
                : null,
            Seconds: where.Seconds,
            Joules: where.Joules,
            Usd: known ? RunPrices.Rent(spec, counted) : null,
            PeakRssBytes: where.PeakRssBytes,
            Device: where.Device,
            Tensors: where.Tensors,
            Commit: where.Commit,
            Dirty: where.Dirty,
            StartedUtc: where.StartedUtc,
            Attempts: outcome.Attempts,
            Source: RunRow.Bench,
            GpuHours: spec.Device == "cpu" ? null : counted.Sum(charge => charge.Seconds.Value) / 3600,
            UsdList: known ? RunPrices.List(spec, counted) : null
        );
    }
}
