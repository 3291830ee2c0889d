using Bench.Protocol.Ledger;
using Bench.Protocol.Plans;
using Bench.Protocol.Specs;

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
        var profile = new MachineProfile { Processor = "P", Measured = "now", MatrixFlopsPerSecond = 1e11, Training = Rates, Generation = [new(16, 64, 1e8)], Scoring = [new(16, 4096, 2e9)], SignalBytesPerSecond = 1e9, StartSeconds = 0.5 };
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
        Assert.Equal(scores.Prediction.Flops.Value / 2e9, forecast.Of(scores).Value, 1e-9);
        var text = plan.Units.OfType<TextUnit>().First();
        Assert.Equal(text.Prediction.Flops.Value / 1e8, forecast.Of(text).Value, 1e-9);
        // Another device has not been measured, and keeps the assumed rate.
        var other = new Forecast(plan with { Spec = plan.Spec with { Device = "cuda" } }, profile, _ => throw new InvalidOperationException());
        Assert.False(other.IsMeasured);
        Assert.Equal(text.Prediction.Seconds, other.Of(text));
    }

    [Fact]
    public void Use_is_summed_up_over_seeds_with_intervals_over_seeds_and_items_beside_the_cost_of_making()
    {
        var spec = Experiments.Parse(Experiments.Small + "\ndeployment: { tokens: 8 }");
        Assert.Equal(8, spec.Deployment!.Tokens);
        RunRow Run(string run, string student, double flops) => new(
            run, "small", 1, "ada", student, student.Length > 0 ? "logits" : "", "", student.Length > 0 ? 6e8 : null, null, "ok", "", null, null, null, null, null, null, null, null, flops, null, null, flops / 1e12, null, "cpu", "", "", false, "", 1);
        var results = Results.Empty with { Runs = [Run("teacher", "", 0), Run("a", "tiny", 1e9), Run("b", "tiny", 3e9)] };
        UseRow Use(string run, string format, double rate) => new(run, format, 100, 0.5, rate, 10 * rate, 1000, 10_000 / rate, 1000 / rate, "P", "c", false);
        UseRow[] uses = [Use("teacher", "onnx-int8", 5), Use("a", "onnx-int8", 10), Use("b", "onnx-int8", 30), Use("gone", "onnx-int8", 1)];
        var items = uses.SelectMany(use => Enumerable.Range(0, 50).Select(i => new UseItemRow(use.Run, use.Format, "addition", "accuracy", i, use.Run == "a" || i < 25 ? 1 : 0))).ToArray();
        var rows = UseSummaryRow.Of(spec, results, uses, items);
        Assert.Equal(["", "tiny"], rows.Select(row => row.Student));
        var student = rows[1];
        Assert.Equal((2, 50, 0.75, 20.0, 2e9), (student.Seeds, student.Items, student.Value, student.TokensPerSecond, student.FlopsMaking));
        Assert.InRange(student.CiLow!.Value, 0.4, 0.7);
        Assert.InRange(student.CiHigh!.Value, 0.8, 1);
        Assert.Null(rows[0].FlopsMaking);
    }

    [Fact]
    public void Only_models_that_answer_can_be_measured_in_use() => Assert.Contains("asks for no answers", Assert.Throws<SpecException>(() => Experiments.Parse(
        Experiments.Small.Replace("{ name: addition, digits: 2 }", "{ name: teacher-text, tokens: 32 }", StringComparison.Ordinal).Replace("baselines: [ gold-answers ]\n", "", StringComparison.Ordinal) + "\ndeployment: { tokens: 8 }")).Message, StringComparison.Ordinal);
}
