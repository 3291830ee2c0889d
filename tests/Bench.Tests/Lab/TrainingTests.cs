using System.Diagnostics;
using Bench.Lab.Models;
using Bench.Lab.Objectives;
using Bench.Lab.Tensors;
using Bench.Lab.Training;
using Bench.Protocol.Costs;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;
using Bench.Protocol.Units;
using static Bench.Shared.TrainingRuns;
using static TorchSharp.torch;

namespace Bench.Tests.Lab;

public class TrainingTests
{
    private static (float[][] Gradients, double Loss) Gradients(
        Lesson lesson,
        int[] members,
        int time,
        int microBatches
    )
    {
        using var scope = NewDisposeScope();
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        using var objective = StudentObjective.OfText(model);
        var cost = new StepCost(
            default,
            default,
            members.Sum(member => (long)lesson.Sequences[member].ResponseLength),
            0,
            members.Length
        );
        var parts = members
            .Chunk((members.Length + microBatches - 1) / microBatches)
            .Select(part => (Func<TrainingBatch>)(() => BatchBuilder.Of(lesson, part, time, model.Compute)));
        using var learner = new Learner(objective, model.Compute, new OptimiserSpec());
        var (gradients, loss) = learner.Gradients(new TrainingStep(cost, [.. parts]));
        return ([.. gradients.Select(gradient => gradient.ToArray())], loss);
    }

    private static void AssertEqual((float[][] Gradients, double Loss) a, (float[][] Gradients, double Loss) b)
    {
        Assert.Equal(a.Loss, b.Loss, 1e-3);
        Assert.All(
            a.Gradients.SelectMany(g => g).Zip(b.Gradients.SelectMany(g => g)),
            pair => Assert.Equal(pair.First, pair.Second, 2e-6f)
        );
    }

    [Fact]
    public void Micro_batches_do_not_change_loss_or_gradients()
    {
        var lesson = LessonOf(7, Models.Plain.Vocabulary);
        int[] members = [0, 1, 2, 3, 4, 5, 6];
        var whole = Gradients(lesson, members, 13, 1);
        AssertEqual(whole, Gradients(lesson, members, 13, 2));
        AssertEqual(whole, Gradients(lesson, members, 13, 7));
    }

    [Fact]
    public void Padding_does_not_change_loss_or_gradients()
    {
        var lesson = LessonOf(3, Models.Plain.Vocabulary);
        AssertEqual(Gradients(lesson, [0, 1, 2], 13, 1), Gradients(lesson, [0, 1, 2], 29, 1));
    }

    [Fact]
    public void A_batchs_loss_is_the_plain_loops_sum_over_response_tokens()
    {
        var lesson = LessonOf(3, Models.Plain.Vocabulary);
        using var model = Models.Make(Models.Plain, Compute.Cpu);
        var plain = new PlainDecoder(model);
        Assert.Equal(
            lesson.Sequences.Sum(sequence => plain.Loss(sequence.Tokens, sequence.Start)),
            Gradients(lesson, [0, 1, 2], 13, 1).Loss,
            1e-3
        );
    }

    private static (TrainingResult Result, float[] Weights) Train(
        BudgetMeter meter,
        int seed = 1,
        Lesson? lesson = null
    )
    {
        using var scope = NewDisposeScope();
        using var model = Decoder.Initialise(Models.Plain, Compute.Cpu, new Seed(seed));
        var result = TrainingRuns.Train(
            model,
            lesson ?? LessonOf(40, Models.Plain.Vocabulary),
            new OptimiserSpec { Batch = 4, LearningRate = 0.01 },
            meter,
            seed
        );
        return (result, [.. model.Parameters.SelectMany(p => p.Tensor.ToArray())]);
    }

    [Fact]
    public void The_same_seed_trains_the_same_model_to_the_bit()
    {
        var (first, second, other) = (
            Train(Meter("examples", 100)),
            Train(Meter("examples", 100)),
            Train(Meter("examples", 100), seed: 2)
        );
        Assert.Equal(first.Weights, second.Weights);
        Assert.NotEqual(first.Weights, other.Weights);
        Assert.Equal(first.Result.Curve, second.Result.Curve);
    }

    [Fact]
    public void Training_learns_what_can_be_learnt()
    {
        // Every response repeats its first token.
        var sequences = Enumerable
            .Range(0, 60)
            .Select(i => new Sequence([0, 3 + i % 12, 3 + i % 12, 3 + i % 12, 1], 2))
            .ToArray();
        var (result, _) = Train(Meter("examples", 4000), lesson: Lesson.Of(sequences));
        Assert.True(result.Curve[0].Loss > 2);
        Assert.InRange(result.Curve[^1].Loss, 0, 0.05);
    }

    [Theory]
    [InlineData("student-flops", 3e7)]
    [InlineData("total-flops", 3e7)]
    [InlineData("tokens", 500)]
    [InlineData("examples", 100)]
    [InlineData("steps", 13)]
    [InlineData("usd", 1e-8)]
    public void A_budget_is_used_and_never_exceeded(string unit, double amount)
    {
        var (result, _) = Train(Meter(unit, amount));
        var spent = unit switch
        {
            "student-flops" => result.Charge.Flops.Value,
            "total-flops" => result.Charge.Flops.Value + 1000 * result.Used.Count,
            "tokens" => result.LossTokens,
            "examples" => result.Examples,
            "steps" => result.Steps,
            _ => Accelerator
                .Named(Accelerator.Default)
                .Cost(result.Charge.Flops + new Flops(1000 * result.Used.Count))
                .Value,
        };
        Assert.InRange(spent, 0.75 * amount, amount * (1 + 1e-9));
    }

    [Fact]
    public void A_budget_of_seconds_ends_by_the_clock()
    {
        var clock = Stopwatch.StartNew();
        var (result, _) = Train(Meter("seconds", 0.3));
        Assert.True(result.Steps > 1);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0.3, 5);
    }

    [Fact]
    public void A_budget_below_one_step_is_refused() =>
        Assert.Contains(
            "does not pay for one training step",
            Assert.Throws<LabException>(() => Train(Meter("student-flops", 10))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void The_learning_rate_warms_up_and_ends_at_its_share()
    {
        var spec = new OptimiserSpec
        {
            LearningRate = 1,
            Warmup = 0.1,
            FinalShare = 0.2,
        };
        Assert.InRange(LearningRateSchedule.LearningRate(spec, 0, 0), 1e-3, 0.2);
        Assert.Equal(0.5, LearningRateSchedule.LearningRate(spec, 0.05, 100), 1e-12);
        Assert.Equal(1, LearningRateSchedule.LearningRate(spec, 0.1, 100), 1e-12);
        Assert.Equal(0.6, LearningRateSchedule.LearningRate(spec, 0.55, 100), 1e-12);
        Assert.Equal(0.2, LearningRateSchedule.LearningRate(spec, 1, 100), 1e-12);
    }

    [Fact]
    public void Adamw_takes_the_hand_computed_step()
    {
        using var scope = NewDisposeScope();
        foreach (var compute in (Compute[])[Compute.Cpu, Compute.Composite])
        {
            using var model = Decoder.Initialise(Models.Plain, compute, new Seed(1));
            var before = model.Parameters.Select(p => p.Tensor.ToArray()).ToArray();
            var gradients = model.Parameters.Select(p => full(p.Tensor.shape, 0.5)).ToArray();
            using var adam = new AdamW(
                [.. model.Parameters.Select(p => p.Tensor)],
                gradients,
                model.Compute,
                new OptimiserSpec { ClipNorm = 1e9, WeightDecay = 0.1 }
            );
            var norm = adam.Step(0.01);
            Assert.Equal(0.5 * Math.Sqrt(before.Sum(p => p.Length)), norm, 1e-2);
            foreach (var (parameter, old) in model.Parameters.Zip(before))
            {
                // The first step moves by the learning rate against the gradient's sign; matrices decay first.
                var decay = parameter.Tensor.shape.Length > 1 ? 1 - 0.01 * 0.1 : 1;
                Assert.All(
                    parameter.Tensor.ToArray().Zip(old),
                    pair => Assert.Equal(pair.Second * decay - 0.01, pair.First, 1e-5)
                );
            }
        }
    }

    [Fact]
    public void Lower_precision_trains_on_float32_copies()
    {
        using var scope = NewDisposeScope();
        using var model = Decoder.Initialise(Models.Plain, Compute.For("cpu", "bf16"), new Seed(1));
        using var adam = new AdamW(
            [.. model.Parameters.Select(p => p.Tensor)],
            [.. model.Parameters.Select(p => ones(p.Tensor.shape, dtype: ScalarType.BFloat16))],
            model.Compute,
            new OptimiserSpec { ClipNorm = 1e9, WeightDecay = 0 }
        );
        var before = model.Parameters[0].Tensor.ToArray();
        // Each step is far below the rounding of bfloat16, and a hundred of them are not.
        for (var i = 0; i < 100; i++)
            adam.Step(1e-5);
        var moved = before.Zip(model.Parameters[0].Tensor.ToArray(), (a, b) => a - b).Average();
        Assert.InRange(moved, 0.8e-3, 1.2e-3);
    }

    [Fact]
    public void Nothing_to_learn_from_is_an_error() =>
        Assert.Contains(
            "no training example",
            Assert.Throws<LabException>(() => Train(Meter("examples", 10), lesson: Lesson.Of([]))).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Clipping_scales_a_long_gradient_to_the_norm()
    {
        using var scope = NewDisposeScope();
        using var fused = Decoder.Initialise(Models.Plain, Compute.Cpu, new Seed(1));
        using var composite = Decoder.Initialise(Models.Plain, Compute.Composite, new Seed(1));
        foreach (var model in (Decoder[])[fused, composite])
        {
            Tensor[] gradients = [.. model.Parameters.Select(p => zeros(p.Tensor.shape))];
            using var adam = new AdamW(
                [.. model.Parameters.Select(p => p.Tensor)],
                gradients,
                model.Compute,
                new OptimiserSpec { ClipNorm = 0.1 }
            );
            for (var step = 1; step <= 3; step++)
            {
                foreach (var gradient in gradients)
                    gradient.fill_(step);
                adam.Step(0.01);
            }
        }

        foreach (var (a, b) in fused.Parameters.Zip(composite.Parameters))
            Assert.All(
                a.Tensor.ToArray().Zip(b.Tensor.ToArray()),
                pair => Assert.Equal(pair.First, pair.Second, 1e-5f)
            );
    }

    [Fact]
    public void Training_that_diverges_says_so_and_what_it_spent()
    {
        using var model = Decoder.Initialise(Models.Plain, Compute.Cpu, new Seed(1));
        using (no_grad())
            model.Parameters[^1].Tensor.mul_(double.NaN);
        var diverged = Assert.Throws<TrainingDivergedException>(() =>
            TrainingRuns.Train(
                model,
                LessonOf(40, Models.Plain.Vocabulary),
                new OptimiserSpec { Batch = 4 },
                Meter("examples", 100)
            )
        );
        Assert.Contains("at step 0; lower learning-rate", diverged.Message, StringComparison.Ordinal);
        Assert.True(diverged.Spent.Flops.Value > 0);
    }
}
