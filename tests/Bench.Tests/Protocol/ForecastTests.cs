using Bench.Protocol.Machines;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

namespace Bench.Tests.Protocol;

/// <summary>How long units take on a machine that was measured, and what use costs.</summary>
public sealed class ForecastTests
{
    // At 2 GFLOP/s whatever the size, but a fifth of it for the smallest steps; writing at 0.1.
    private static MachineRates Rates(ProcessRates? process)
    {
        MeasuredStep Step(StepCase kind, double parameters, double batch, double length, double rate) =>
            new(
                kind,
                parameters,
                batch,
                length,
                process is null ? "fp32 master, bf16 autocast" : "f32",
                "",
                0,
                6 * parameters * batch * (kind == StepCase.Write ? 1 : length),
                process is null ? 300 : null
            )
            {
                Seconds = 6 * parameters * batch * (kind == StepCase.Write ? 1 : length) / rate,
            };
        return new MachineRates(
            "P",
            [
                .. from parameters in new[] { 1e3, 1e5 }
                from step in new[]
                {
                    Step(StepCase.Train, parameters, 16, 4, 4e8),
                    Step(StepCase.Train, parameters, 16, 16, 2e9),
                    Step(StepCase.Train, parameters, 16, 64, 2e9),
                    Step(StepCase.Read, parameters, 128, 32, 2e9),
                    Step(StepCase.Write, parameters, 1, 40, 1e8),
                    Step(StepCase.Write, parameters, 64, 40, 1e8),
                }
                select step,
            ],
            process
        );
    }

    [Fact]
    public void Units_take_their_FLOPs_at_the_rate_of_their_model()
    {
        var plan = Experiments.Plan(Experiments.Small);
        var rates = Rates(new ProcessRates(0.5, 0.25, 4, 0.7, 1e9, 1e11));
        var forecast = new Forecast(plan, rates);
        Assert.Same(rates, forecast.Rates);
        var scores = plan.Units.OfType<ProbabilityUnit>().First();
        Assert.Equal(1, (forecast.Of(scores).Value - 0.25) / (scores.Prediction.Flops.Value / 2e9), 0.3);
        var text = plan.Units.OfType<TextUnit>().First();
        Assert.Equal(1, (forecast.Of(text).Value - 0.25) / (text.Prediction.Flops.Value / 1e8), 0.3);
        // At equal compute, steps of short answers go slower than steps of their own length with the reasoning.
        var students = plan
            .Units.OfType<StudentUnit>()
            .Where(unit => unit is { Budget.Amount: 6e8, Method: not null, Seed: 0 })
            .ToDictionary(unit => unit.MethodName);
        Assert.InRange(
            students["logits"].Prediction.PassTokens,
            2 * students["answers"].Prediction.PassTokens,
            16 * 60
        );
        Assert.True(forecast.Of(students["answers"]).Value > 1.1 * forecast.Of(students["logits"]).Value);
        // Processes side by side are slower, all cores busy by as much as was measured.
        // A teacher has nothing beside it.
        var many = Enumerable.Repeat(plan.Units, 8).SelectMany(units => units);
        Assert.Equal(forecast.Of(text), new Forecast(plan, rates, 4).Of(text));
        foreach (var (jobs, kept) in ((int, double)[])[(2, 0.9), (3, 0.8), (4, 0.7), (64, 0.7 * 4 / 64)])
            Assert.Equal(
                forecast.Of(students["logits"]).Value / kept,
                new Forecast(plan with { Units = [.. many] }, rates, jobs).Of(students["logits"]).Value,
                1e-9
            );
        // Another device has not been measured, and keeps the assumed rate.
        var other = new Forecast(plan with { Spec = plan.Spec with { Device = "cuda" } }, rates);
        Assert.Null(other.Rates);
        Assert.Equal(text.Prediction.Seconds, other.Of(text));
        // An accelerator's rates are of half precision, and its meter was read.
        var accelerated = new Forecast(
            plan with
            {
                Spec = plan.Spec with { Device = "cuda", Precision = Precision.BF16 },
            },
            Rates(null)
        );
        Assert.NotNull(accelerated.Rates);
        Assert.Equal(300 * accelerated.Of(text).Value, accelerated.EnergyOf(text)!.Value.Value, 1e-6);
        Assert.Null(forecast.EnergyOf(text));
    }

    [Theory]
    [InlineData("endpoint: { url: 'http://localhost:1/v1', model: m }")]
    [InlineData("traces: { path: t.jsonl }")]
    public void A_teacher_without_weights_here_is_planned_on_a_measured_machine(string teacher)
    {
        // The teacher's line of training becomes another, and its shape and its probabilities go.
        var lines = Experiments
            .Small.Split('\n')
            .Where(line => !line.Contains("signal: top-k", StringComparison.Ordinal))
            .ToList();
        var training = lines.FindIndex(line => line.Contains("train: { on: gold-traces", StringComparison.Ordinal));
        (lines[training], lines[training + 1]) = ($"  {teacher}", "");
        var plan = Experiments.Plan(string.Join('\n', lines));
        var forecast = new Forecast(plan, Rates(new ProcessRates(0.5, 0.25, 4, 0.7, 1e9, 1e11)));
        Assert.Empty(plan.TeacherShapes);
        Assert.All(plan.Units, unit => Assert.True(double.IsFinite(forecast.Of(unit).Value)));
    }
}
