using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Costs;
using Bench.Protocol.Outcomes;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using static TorchSharp.torch;

namespace Bench.Lab.Training;

/// <summary>The training loop: batches, an objective and a budget in; a trained model and its charge out.</summary>
internal sealed class Trainer(Decoder model, OptimiserSpec optimiser, TimeProvider clock)
{
    private const int CurvePoints = 60;

    /// <summary>Trains until the budget affords no further step.</summary>
    /// <exception cref="LabException">The budget does not pay for one step, or the loss is no longer a number.</exception>
    internal TrainingResult Train(Lesson lesson, MethodObjective objective, BudgetMeter meter, Seed seed, ChargeKind kind, Action<TrainingProgress>? progress = null)
    {
        if (lesson.Sequences.Count == 0) throw new LabException("there is nothing to learn from: no training example");
        var started = clock.GetTimestamp();
        var order = BatchOrder.Endless([.. lesson.Sequences.Select(sequence => sequence.Processed)], optimiser.Batch, seed);
        using var adam = new AdamW(model, optimiser);
        var used = new HashSet<int>();
        var curve = new List<CurvePoint>();
        var (steps, examples, lossTokens, processed, flops) = (0L, 0L, 0L, 0L, Flops.Zero);
        var (sum, count, nextMark) = (0.0, 0L, 0.0);
        foreach (var members in order)
        {
            var time = members.Max(member => lesson.Sequences[member].Processed);
            var cost = CostOf(lesson, members, time, used);
            if (!meter.Affords(cost)) break;
            var loss = Step(lesson, members, time, cost.LossTokens, objective, adam, Schedule.LearningRate(optimiser, meter.Share, steps));
            if (!double.IsFinite(loss)) throw new LabException($"the loss became {loss} at step {steps}; lower learning-rate or clip-norm");
            meter.Spend(cost);
            used.UnionWith(members);
            steps++;
            examples += cost.Examples;
            lossTokens += cost.LossTokens;
            processed += cost.ProcessedTokens;
            flops += cost.Student;
            sum += loss;
            count += cost.LossTokens;
            if (meter.Share < nextMark) continue;
            curve.Add(new CurvePoint(steps, meter.Spent, sum / count));
            var seconds = clock.GetElapsedTime(started).TotalSeconds;
            progress?.Invoke(new TrainingProgress(meter.Share, sum / count, processed / Math.Max(seconds, 1e-9), seconds));
            (sum, count, nextMark) = (0, 0, meter.Share + 1.0 / CurvePoints);
        }

        if (steps == 0) throw new LabException("the budget does not pay for one training step; raise it, or lower training: batch");
        return new TrainingResult(new Charge(kind, processed, flops, new Seconds(clock.GetElapsedTime(started).TotalSeconds)), steps, examples, lossTokens, used, curve);
    }

    /// <summary>Gradients of the mean loss over a batch's loss tokens, in the order of the model's parameters, and the summed loss.</summary>
    internal (IReadOnlyList<Tensor> Gradients, double LossSum) Gradients(Lesson lesson, IReadOnlyList<int> members, int time, long lossTokens, MethodObjective objective)
    {
        var parameters = model.Parameters.Select(parameter => parameter.Tensor).ToArray();
        IReadOnlyList<Tensor>? total = null;
        double lossSum = 0;
        foreach (var part in members.Chunk((members.Count + optimiser.MicroBatches - 1) / optimiser.MicroBatches))
        {
            using var scope = NewDisposeScope();
            var batch = TrainingBatch.Build(lesson, part, time, model.Compute);
            var loss = objective.Sum(model.Compute, model.Logits(batch.Ids), batch);
            lossSum += loss.to(CPU).item<float>();
            var gradients = autograd.grad([loss * (1.0 / lossTokens)], parameters);
            if (total is null)
            {
                total = [.. gradients.Select(gradient => gradient.MoveToOuterDisposeScope())];
                continue;
            }

            for (var i = 0; i < parameters.Length; i++) total[i].add_(gradients[i]);
        }

        return (total!, lossSum);
    }

    /// <summary>Takes one step and returns the summed loss before it.</summary>
    internal double Step(Lesson lesson, int[] members, int time, long lossTokens, MethodObjective objective, AdamW adam, double learningRate)
    {
        using var scope = NewDisposeScope();
        var (gradients, lossSum) = Gradients(lesson, members, time, lossTokens, objective);
        adam.Step(gradients, learningRate);
        return lossSum;
    }

    private StepCost CostOf(Lesson lesson, int[] members, int time, HashSet<int> used) => new(
        members.Length * ModelFlops.Training(model.Shape, time),
        new Flops(members.Where(member => !used.Contains(member)).Sum(member => lesson.TeacherFlops[member])),
        members.Sum(member => (long)lesson.Sequences[member].ResponseLength),
        (long)members.Length * time,
        members.Length);
}
