using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;

namespace Bench.Lab.Training;

/// <summary>
/// The training loop: steps of a curriculum and a budget in; trained parameters and their charge out.
/// </summary>
internal sealed class Trainer(StudentObjective objective, Compute compute, OptimiserSpec optimiser, TimeProvider clock)
{
    private const int CurvePoints = 60;

    /// <summary>Trains until the budget affords no further step.</summary>
    /// <exception cref="LabException">The budget does not pay for one step, or the loss is no longer a
    /// number.</exception>
    internal TrainingResult Train(
        ICurriculum curriculum,
        BudgetMeter meter,
        ChargeKind kind,
        Action<TrainingProgress>? progress = null
    )
    {
        var started = clock.GetTimestamp();
        using var learner = new Learner(objective, compute, optimiser);
        var curve = new List<CurvePoint>();
        var (steps, examples, lossTokens, processed, flops) = (0L, 0L, 0L, 0L, Flops.Zero);
        var (live, liveTokens, queries) = (Flops.Zero, 0L, 0.0);
        var (sum, count, nextMark) = (0.0, 0L, 0.0);
        Charge Charge() => new(kind, processed, flops, new Seconds(clock.GetElapsedTime(started).TotalSeconds));
        while (meter.Affords(curriculum.NextAtMost))
        {
            var step = curriculum.Next();
            var cost = step.Cost;
            var (loss, norm) = learner.Step(step, LearningRateSchedule.LearningRate(optimiser, meter.Share, steps));
            flops += cost.Student;
            processed += cost.ProcessedTokens;
            compute.Done.Add(kind, cost.ProcessedTokens, cost.Student);
            if (cost.LiveTokens > 0)
                compute.Done.Add(ChargeKind.TeacherScoring, cost.LiveTokens, cost.Live);
            if (!double.IsFinite(loss) || !double.IsFinite(norm))
                throw new TrainingDivergedException(
                    $"the loss became {loss} and the gradient's norm {norm} at step {steps}; lower learning-rate or "
                        + $"clip-norm",
                    Charge()
                );
            meter.Spend(cost);
            steps++;
            examples += cost.Examples;
            lossTokens += cost.LossTokens;
            (live, liveTokens, queries) = (live + cost.Live, liveTokens + cost.LiveTokens, queries + cost.Queries);
            sum += loss;
            count += cost.LossTokens;
            if (meter.Share < nextMark)
                continue;
            curve.Add(new CurvePoint(steps, meter.Spent, sum / count));
            var seconds = clock.GetElapsedTime(started).TotalSeconds;
            progress?.Invoke(
                new TrainingProgress(meter.Share, sum / count, processed / Math.Max(seconds, 1e-9), seconds)
            );
            (sum, count, nextMark) = (0, 0, meter.Share + 1.0 / CurvePoints);
        }

        if (steps == 0)
            throw new LabException("the budget does not pay for one training step; raise it, or lower training: batch");
        // The teacher read while the student trained: its seconds are in the student's, and are not counted twice.
        var scoring = liveTokens > 0 ? new Charge(ChargeKind.TeacherScoring, liveTokens, live, default) : null;
        return new TrainingResult(
            Charge: Charge(),
            Scoring: scoring,
            Steps: steps,
            Examples: examples,
            LossTokens: lossTokens,
            Queries: queries,
            Used: curriculum.Used,
            Curve: curve
        );
    }
}
