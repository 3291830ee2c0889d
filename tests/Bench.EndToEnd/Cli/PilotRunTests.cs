using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>A pilot and the experiment that it is made for.</summary>
public sealed class PilotRunTests : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();
    private readonly BenchProcess bench;
    private readonly string experiment;
    private readonly string output;

    public PilotRunTests()
    {
        bench = new BenchProcess(scratch.File("home"));
        Directory.CreateDirectory(scratch.File("home"));
        (experiment, output) = (scratch.File("experiment.yaml"), scratch.File("results"));
        File.WriteAllText(experiment, Experiments.Small);
    }

    public void Dispose() => scratch.Dispose();

    [Fact]
    public void A_pilot_comes_before_the_experiment_and_stays_beside_it()
    {
        var pilot = bench.Run("run", experiment, "--out", output, "--pilot", "2");
        Assert.True(pilot.Code == 0, pilot.Errors + pilot.Output);
        Assert.Contains("bench plan tells what the experiment's seeds can see", pilot.Output, StringComparison.Ordinal);
        Assert.Equal(0, bench.Run("run", experiment, "--out", output).Code);
        var runs = new ResultsFolder(output).Read().Runs;
        Assert.Equal((1 + 14, 14), (runs.Count(run => run.Status == "ok"), runs.Count(run => run.Status == "pilot")));
        Assert.Contains(
            "a pilot of 14 runs",
            bench.Run("report", experiment, "--out", output).Output,
            StringComparison.Ordinal
        );
        var late = bench.Run("run", experiment, "--out", output, "--pilot", "2");
        Assert.Equal(2, late.Code);
        Assert.Contains("a pilot comes before them", late.Errors, StringComparison.Ordinal);
    }
}
