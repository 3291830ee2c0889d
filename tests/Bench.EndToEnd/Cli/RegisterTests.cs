using System.Diagnostics;
using Bench.Protocol.Ledger;

namespace Bench.EndToEnd.Cli;

/// <summary>An experiment that commits itself before its first run.</summary>
public sealed class RegisterTests : IDisposable
{
    private const string Declared =
        "\ncontrasts: [{ of: answers, against: gold-answers, primary: true }, { of: logits, against: answers }]\n";

    private readonly Scratch scratch = Repository.Scratch();
    private readonly BenchProcess bench;
    private readonly string experiment;
    private readonly string output;

    public RegisterTests()
    {
        bench = new BenchProcess(scratch.File("home"));
        Directory.CreateDirectory(scratch.File("home"));
        Directory.CreateDirectory(scratch.File("work"));
        (experiment, output) = (scratch.File("work/experiment.yaml"), scratch.File("results"));
        File.WriteAllText(experiment, Experiments.Small + Declared);
    }

    public void Dispose() => scratch.Dispose();

    private string Git(params string[] arguments)
    {
        using var git = Process.Start(
            new ProcessStartInfo("git", ["-c", "user.name=a", "-c", "user.email=a@b", .. arguments])
            {
                WorkingDirectory = scratch.File("work"),
                RedirectStandardOutput = true,
            }
        )!;
        var text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text;
    }

    private string Reported()
    {
        var report = bench.Run("report", experiment, "--out", output);
        Assert.True(report.Code == 0, report.Errors);
        return report.Output.ReplaceLineEndings(" ");
    }

    // The first run's commit, as if the laboratory's code and the experiment were one repository.
    private void MadeBy(string commit)
    {
        var folder = new ResultsFolder(output);
        var results = folder.Read();
        folder.Write(results with { Runs = [.. results.Runs.Select(run => run with { Commit = commit })] });
    }

    [Fact]
    public void Only_a_registration_in_the_commit_of_the_first_run_counts()
    {
        Git("init", "-q");
        Git("add", "experiment.yaml");
        Git("commit", "-qm", "the experiment");
        var before = Git("rev-parse", "HEAD");
        var registered = bench.Run("register", experiment);
        Assert.True(registered.Code == 0, registered.Errors);
        Assert.Contains("registered answers - gold-answers at 6e8", registered.Output, StringComparison.Ordinal);
        Git("add", "registration.json");
        Git("commit", "-qm", "its registration");
        var after = Git("rev-parse", "HEAD");
        Assert.Equal(0, bench.Run("run", experiment, "--out", output, "--quiet").Code);
        Assert.NotNull(new ResultsFolder(output).ReadManifest()!.RegistrationSha256);

        MadeBy(before);
        Assert.Contains("Declared, not registered", Reported(), StringComparison.Ordinal);
        MadeBy(after);
        Assert.Contains(
            "Registered before the first run: answers - gold-answers",
            Reported(),
            StringComparison.Ordinal
        );
        Assert.Contains(
            "Registered before the first run",
            File.ReadAllText(Path.Combine(output, "report.html")),
            StringComparison.Ordinal
        );

        // Whoever changes his mind afterwards is told so, and so is his reader.
        File.WriteAllText(experiment, (Experiments.Small + Declared).Altered("seeds: [0, 1]", "seeds: [0, 1, 2]"));
        Assert.Contains("departs from its registration: the seeds changed", Reported(), StringComparison.Ordinal);
        var again = bench.Run("register", experiment);
        Assert.Equal(2, again.Code);
        Assert.Contains("the seeds changed", again.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_primary_contrast_nothing_can_be_registered()
    {
        File.WriteAllText(experiment, Experiments.Small);
        var run = bench.Run("register", experiment);
        Assert.Equal(2, run.Code);
        Assert.Contains("no contrast is primary", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(scratch.File("work/registration.json")));
    }
}
