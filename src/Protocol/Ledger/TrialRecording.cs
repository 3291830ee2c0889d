using Bench.Protocol.Outcomes;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;
using Bench.Protocol.Statistics.Scoring;

namespace Bench.Protocol.Ledger;

/// <summary>The rows of trials.csv: learning rates that were tried, and the chosen one.</summary>
internal static class TrialRecording
{
    // A choice is recorded when all its trials have ended.
    internal static IReadOnlyList<TrialRow> Rows(
        Plan plan,
        IReadOnlyDictionary<string, Outcome> outcomes,
        Results before
    )
    {
        var (rows, old) = (new List<TrialRow>(), before.Trials.ToLookup(row => row.Run, StringComparer.Ordinal));
        foreach (
            var choice in plan
                .Units.OfType<TrialUnit>()
                .GroupBy(trial => (trial.Student.Name, trial.Method!.Name, trial.Teacher?.Name))
        )
        {
            var trials = choice
                .Select(trial => (Trial: trial, Outcome: outcomes.GetValueOrDefault(trial.Fingerprint.Text)))
                .ToArray();
            if (trials.Any(trial => trial.Outcome?.Status != UnitStatus.Ok))
            {
                rows.AddRange(choice.SelectMany(trial => old[trial.Run]));
                continue;
            }

            var best = Tuning.Best(plan.Spec, trials!);
            var rates = trials.Select(trial => trial.Trial.LearningRate).ToArray();
            rows.AddRange(
                trials.SelectMany(trial =>
                    plan.Spec.Tasks.Select(task =>
                        Row(trial.Trial, task, Tuning.ScoreOf(trial.Outcome!, task)?.Items, trial.Trial == best, rates)
                    )
                )
            );
        }

        return rows;
    }

    private static TrialRow Row(
        TrialUnit trial,
        TaskSpec task,
        IReadOnlyList<double>? scores,
        bool chosen,
        double[] rates
    ) =>
        new(
            Run: trial.Run,
            Teacher: Recording.TeacherOf(trial),
            Student: trial.Student.Name,
            Method: trial.Method!.Name,
            LearningRate: trial.LearningRate,
            BudgetUnit: trial.Budget!.Unit,
            Budget: trial.Budget.Amount,
            Seed: trial.Seed,
            Task: task.Name,
            Metric: task.Task.Metrics[0].Name,
            Items: trial.Evaluation.Items,
            Value: scores is null ? null : Scores.Mean(scores),
            Chosen: chosen,
            Edge: chosen && rates.Length > 1 && (trial.LearningRate == rates.Min() || trial.LearningRate == rates.Max())
        );
}
