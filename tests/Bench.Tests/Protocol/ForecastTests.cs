using Bench.Protocol.Plans;

namespace Bench.Tests.Protocol;

/// <summary>How long units take on a machine that was measured, and what use costs.</summary>
public sealed class ForecastTests
{
    private static readonly MeasuredRate[] Rates = [new(16, 256, 1e9), new(16, 4096, 4e9), new(64, 256, 4e9), new(64, 4096, 16e9)];

    [Theory]
    [InlineData(16, 256, 1e9)]
    [InlineData(16, 1024, 2e9)]
    [InlineData(32, 256, 2e9)]
    [InlineData(32, 1024, 4e9)]
    [InlineData(8, 10, 1e9)]
    [InlineData(1000, 1e6, 16e9)]
    public void A_rate_lies_between_the_measured_ones(double width, double size, double expected) => Assert.Equal(expected, MachineProfile.Rate(Rates, width, size), expected * 1e-9);

    [Fact]
    public void Units_take_their_FLOPs_at_the_rate_of_their_model_and_are_written_and_read_back()
    {
        var profile = new MachineProfile { Processor = "P", Measured = "now", MatrixFlopsPerSecond = 1e11, Training = Rates, Generation = [new(16, 64, 1e8)], Scoring = [new(16, 4096, 2e9)], SignalBytesPerSecond = 1e9, StartSeconds = 0.5, WarmUpSeconds = 0.25, Cores = 4, KeptTogether = 0.7 };
        using var scratch = Repository.Scratch();
        Assert.Null(MachineProfile.Read(scratch.File("none.json")));
        File.WriteAllText(scratch.File("p.json"), profile.ToJson());
        profile = MachineProfile.Read(scratch.File("p.json"))!;
        Assert.Equal(Rates, profile.Training);
        File.WriteAllText(scratch.File("broken.json"), "{");
        Assert.Null(MachineProfile.Read(scratch.File("broken.json")));

        var plan = Experiments.Plan(Experiments.Small);
        var forecast = new Forecast(plan, profile, teacher => teacher.Training!.Model);
        Assert.True(forecast.IsMeasured);
        var scores = plan.Units.OfType<ScoreUnit>().First();
        Assert.Equal(scores.Prediction.Flops.Value / 2e9 + 0.25, forecast.Of(scores).Value, 1e-9);
        var text = plan.Units.OfType<TextUnit>().First();
        Assert.Equal(text.Prediction.Flops.Value / 1e8 + 0.25, forecast.Of(text).Value, 1e-9);
        // At equal compute, steps of short answers go slower than steps of their own length with the reasoning.
        var students = plan.Units.OfType<StudentUnit>().Where(unit => unit is { Budget.Amount: 6e8, Method: not null, Seed: 0 }).ToDictionary(unit => unit.MethodName);
        Assert.InRange(students["logits"].Prediction.PassTokens, 2 * students["answers"].Prediction.PassTokens, 16 * 60);
        Assert.True(forecast.Of(students["answers"]).Value > 1.1 * forecast.Of(students["logits"]).Value);
        // Processes side by side are slower, all cores busy by as much as was measured.
        // A teacher has nothing beside it.
        var many = Enumerable.Repeat(plan.Units, 8).SelectMany(units => units);
        Assert.Equal(forecast.Of(text), new Forecast(plan, profile, teacher => teacher.Training!.Model, 4).Of(text));
        foreach (var (jobs, kept) in ((int, double)[])[(2, 0.9), (3, 0.8), (4, 0.7), (64, 0.7 * 4 / 64)])
            Assert.Equal(forecast.Of(students["logits"]).Value / kept, new Forecast(plan with { Units = [.. many] }, profile, teacher => teacher.Training!.Model, jobs).Of(students["logits"]).Value, 1e-9);
        // Another device has not been measured, and keeps the assumed rate.
        var other = new Forecast(plan with { Spec = plan.Spec with { Device = "cuda" } }, profile, _ => throw new InvalidOperationException());
        Assert.False(other.IsMeasured);
        Assert.Equal(text.Prediction.Seconds, other.Of(text));
    }
}
