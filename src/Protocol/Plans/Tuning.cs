using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Specs;

namespace Bench.Protocol.Plans;

/// <summary>The choice among the trials of tuning.</summary>
public static class Tuning
{
    /// <summary>
    /// The trial that did best on validation items: by the mean over tasks of their first metric, the first of equals.
    /// One that diverged has no scores, and is worse than any that has.
    /// </summary>
    public static TrialUnit Best(ExperimentSpec spec, IEnumerable<(TrialUnit Trial, Outcome Outcome)> trials) =>
        trials
            .MaxBy(trial =>
                spec.Tasks.Average(task =>
                    ScoreOf(trial.Outcome, task) is { } score
                        ? (task.Task.Metrics[0].HigherIsBetter ? 1 : -1) * score.Items.Average()
                        : double.NegativeInfinity
                )
            )
            .Trial;

    /// <summary>A trial's score on a task by the metric that decides; null where it diverged.</summary>
    public static TaskScores? ScoreOf(Outcome outcome, TaskSpec task) =>
        outcome.Scores.SingleOrDefault(scores =>
            scores.Task == task.Name && scores.Metric == task.Task.Metrics[0].Name
        );

    /// <summary>
    /// The charges of a trial that are part of what tuning cost: its training, its measuring, and what a teacher read
    /// live. A teacher's prepared text is there for the student itself, which is charged for it.
    /// </summary>
    public static IEnumerable<Charge> CostOf(TrialUnit trial, IEnumerable<Charge> charges) =>
        charges.Where(charge =>
            charge.Kind is ChargeKind.StudentTraining or ChargeKind.Evaluation
            || (charge.Kind == ChargeKind.TeacherScoring && trial.Method!.Signal.IsLive)
        );
}
