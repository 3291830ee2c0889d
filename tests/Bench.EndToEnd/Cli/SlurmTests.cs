using System.Diagnostics;
using System.Globalization;
using Bench.Cli.Execution;
using Bench.Cli.Execution.Slurm;
using Bench.EndToEnd.Faults;

namespace Bench.EndToEnd.Cli;

/// <summary>Units on a real Slurm cluster of this machine.</summary>
[Collection(nameof(Cluster))]
public sealed class SlurmTests
{
    [Fact]
    public async Task A_cluster_whose_node_dies_in_the_middle_gives_the_ledger_of_a_local_run()
    {
        using var cluster = Cluster.StartOrSkip();
        using var local = new Arena(Experiments.Small);
        Assert.Equal(0, local.Run("--quiet").Code);

        using var arena = new Arena(Experiments.Small, cluster.Environment);
        using var run = arena.Start("run", arena.Experiment, "--out", arena.Output, "--json", "--executor", "slurm");
        var errors = run.StandardError.ReadToEndAsync();
        var lines = new List<string>();
        while (await run.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            // Some units have ended; others are at work when the power goes.
            if (
                lines.Count(entry => entry.Contains("\"ended\"", StringComparison.Ordinal)) != 4
                || !line.Contains("\"ended\"", StringComparison.Ordinal)
            )
                continue;
            Assert.True(
                SpinWait.SpinUntil(() => arena.Processes("worker").Count > 0, TimeSpan.FromSeconds(30)),
                "no job came to the node"
            );
            cluster.KillNode();
            Assert.Empty(arena.Processes("worker"));
            cluster.StartNode();
        }

        await run.WaitForExitAsync();
        Assert.True(run.ExitCode == 0, await errors + string.Join('\n', lines));
        Arena.AssertSame(local.Results, arena.Results);
        Assert.Empty(arena.Leftovers());
        Assert.Empty(Directory.GetDirectories(Path.Combine(arena.Home, "slurm")));
        Suite.Tell(
            $"slurm: a node died with jobs on it, the ledger is the local run's, "
                + $"{arena.Results.Runs.Sum(row => row.Attempts - 1)} lost attempts of runs"
        );
    }

    [Fact]
    public void Jobs_go_on_without_the_run_that_submitted_them_a_later_one_follows_them_and_an_interrupt_cancels_them()
    {
        using var cluster = Cluster.StartOrSkip();
        using var arena = new Arena(Experiments.Small.Altered("6e8]", "6e12]"), cluster.Environment);
        string[] words = ["run", arena.Experiment, "--out", arena.Output, "--executor", "slurm", "--json"];
        using (var first = arena.Start(words))
        {
            ReadTo(first, "\"ended\"");
            Arena.Kill(first.Id);
            first.WaitForExit();
        }

        using var second = arena.Start(words);
        Assert.Contains("units are with Slurm already", ReadTo(second, "with Slurm already"), StringComparison.Ordinal);
        ReadTo(second, "\"started\"");
        Assert.NotEmpty(Jobs(cluster));
        var clock = Stopwatch.StartNew();
        using (var kill = Process.Start("kill", ["-INT", second.Id.ToString(CultureInfo.InvariantCulture)]))
            kill.WaitForExit();
        second.WaitForExit();
        Assert.Equal(130, second.ExitCode);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
        Assert.Empty(Jobs(cluster));
        arena.WaitForQuiet();
        Assert.Empty(Directory.GetDirectories(Path.Combine(arena.Home, "slurm")));
    }

    [Fact]
    public async Task What_is_refused_fails_by_name_the_rest_runs_and_a_run_that_leaves_takes_nothing_from_another()
    {
        using var cluster = Cluster.StartOrSkip("EnforcePartLimits=ALL");
        // The environment's own name for jobs is not the one by which they are found.
        var environment = new Dictionary<string, string>(cluster.Environment) { ["SBATCH_JOB_NAME"] = "mine" };
        using var arena = new Arena(
            Experiments
                .Small.Altered("6e8]", "6e12, 1e15]")
                .Altered("seeds: [0, 1]", "seeds: [0, 1]\nresources: { flags: [\"--comment=thesis\"] }"),
            environment
        );
        Ask(cluster, "scontrol", "update", "PartitionName=main", "MaxTime=2-0");
        using var stays = arena.Start("run", arena.Experiment, "--out", arena.Output, "--executor", "slurm", "--json");
        var refused = 0;
        while (await stays.StandardOutput.ReadLineAsync() is { } line && refused < 6)
            if (line.Contains("Slurm refuses it", StringComparison.Ordinal))
                refused++;
        // Another run of the same units comes and goes: the jobs stay for the first.
        using var leaves = arena.Start(
            "run",
            arena.Experiment,
            "--out",
            arena.Output + "-other",
            "--executor",
            "slurm",
            "--json",
            "--seeds",
            "0"
        );
        ReadTo(leaves, "with Slurm already");
        using (var kill = Process.Start("kill", ["-INT", leaves.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await leaves.WaitForExitAsync();
        Assert.Equal(130, leaves.ExitCode);
        Assert.NotEmpty(Jobs(cluster));
        using (var kill = Process.Start("kill", ["-INT", stays.Id.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        await stays.WaitForExitAsync();
        Assert.Equal(130, stays.ExitCode);
        Assert.Empty(Jobs(cluster));
        Assert.All(
            arena.Results.Runs.Where(row => row.Budget == 1e15),
            row => Assert.StartsWith("Slurm refuses it: ", row.Error, StringComparison.Ordinal)
        );
        Assert.DoesNotContain(arena.Results.Runs, row => row.Status == "failed" && row.Budget != 1e15);
    }

    [Fact]
    public async Task A_unit_that_fails_or_is_cancelled_takes_with_it_only_what_needs_it()
    {
        using var cluster = Cluster.StartOrSkip();
        // The shorter time is over before the first step; the longest waits to be cancelled.
        using var arena = new Arena(
            Experiments.Small.Altered(
                "{ unit: student-flops, values: [2e8, 6e8] }",
                "{ unit: seconds, values: [1e-9, 0.2, 600] }"
            ),
            cluster.Environment
        );
        using var run = arena.Start(
            "run",
            arena.Experiment,
            "--out",
            arena.Output,
            "--executor",
            "slurm",
            "--json",
            "--seeds",
            "0"
        );
        var errors = run.StandardError.ReadToEndAsync();
        while (await run.StandardOutput.ReadLineAsync() is { } line)
        {
            // Whoever else runs at that moment is cancelled with it.
            if (
                line.Contains("600", StringComparison.Ordinal) && line.Contains("\"started\"", StringComparison.Ordinal)
            )
                Ask(cluster, "scancel", "--me", "--state=RUNNING");
        }

        await run.WaitForExitAsync();
        Assert.True(run.ExitCode == 1, await errors);
        var rows = arena.Results.Runs;
        Assert.Contains(
            rows,
            row =>
                row.Budget == 1e-9
                && row.Error.StartsWith("the budget does not pay for one training step", StringComparison.Ordinal)
        );
        Assert.All(
            rows.Where(row => row.Budget == 600),
            row => Assert.Equal("Slurm: it ended as CANCELLED", row.Error)
        );
        Assert.All(
            rows.Where(row =>
                row.Budget != 600 && !row.Error.StartsWith("the budget", StringComparison.Ordinal) && row.Status != "ok"
            ),
            row => Assert.Equal("Slurm: it ended as CANCELLED", row.Error)
        );
    }

    // Slurm counts in minutes: ./bench test --long runs it.
    [Fact(Explicit = true)]
    public void A_unit_that_took_too_long_is_submitted_again_with_more_time_and_fails_in_the_end()
    {
        using var cluster = Cluster.StartOrSkip();
        var patient = Experiments
            .Small.Altered("6e8]", "6e12]")
            .Altered("seeds: [0, 1]", "seeds: [0]\nresources: { seconds: 30, attempts: 2 }")
            .Altered("baselines: [ gold-answers ]\n", "");
        using var arena = new Arena(patient, cluster.Environment);
        var run = arena.Run("--executor", "slurm");
        Assert.Equal(1, run.Code);
        Assert.Contains("took longer than it was allowed and is submitted again", run.Output, StringComparison.Ordinal);
        var late = arena.Results.Runs.Where(row => row.Status == "failed").ToArray();
        Assert.Equal(2, late.Length);
        Assert.All(
            late,
            row => Assert.Equal(("Slurm: it took longer than it was allowed, 2 times", 2L), (row.Error, row.Attempts))
        );
        Assert.All(late, row => Assert.True(arena.Results.Charges.Single(charge => charge.Run == row.Run).Flops > 1e9));
    }

    [Fact]
    public async Task What_a_job_says_is_kept_to_its_end_and_its_exit_code_tells_how_it_ended()
    {
        using var scratch = Repository.Scratch();
        var unit = Experiments.Plan(Experiments.Small).Units[0];
        var home = Directory.CreateDirectory(scratch.File("a 'folder'")).FullName;
        async Task<(int Code, string Words)?> Run(string command)
        {
            var batch = SlurmBatch.Create(
                home,
                "small-",
                [unit],
                ["bash", "-c", command],
                ["$HOME 'x'"],
                new Dictionary<string, string> { ["SAID"] = "it's said" }
            );
            Assert.Equal(batch.Name, Assert.Single(SlurmBatch.Of(home, "small-")).Name);
            Assert.Empty(SlurmBatch.Of(home, "sma"));
            // Two runs follow it: the one that leaves first is not the last.
            var other = SlurmBatch.Of(home, "small-").Single();
            other.Follow();
            Assert.False(other.Leave());
            var start = new ProcessStartInfo("bash", [batch.Script]);
            start.Environment["SLURM_ARRAY_TASK_ID"] = "0";
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            var ended = batch.Ended(0);
            Assert.Equal(process.ExitCode, ended?.Code);
            Assert.InRange(
                new DirectoryInfo(home).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
                1,
                20_000
            );
            Assert.True(batch.Leave());
            await batch.Delete();
            return ended;
        }

        Assert.Equal(
            (3, $"{unit.Fingerprint.Text} $HOME 'x' it's said"),
            await Run("echo aloud; echo \"$0 $1 $SAID\" >&2; exit 3")
        );
        Assert.Equal((0, ""), await Run("true"));
        var (code, words) = (
            await Run(
                "head -c 1000000000 /dev/zero | tr '\\0' 'x' >&2; echo >&2; head -c 1000000000 /dev/zero; echo worn "
                    + "out >&2; kill -9 $$"
            )
        )!.Value;
        Assert.Equal("the worker was killed by signal 9 (out of memory?)", WorkerProcess.Problem(code, "")!);
        Assert.EndsWith("worn out", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Slurm_s_lines_are_read_and_what_is_no_task_left_out() =>
        Assert.Equal(
            [
                new SlurmTask("12", "small-ab", 3, "PENDING", "Resources"),
                new SlurmTask("12", "small-ab", 0, "NODE_FAIL", "None"),
            ],
            SlurmCommands.Parsed(
                "12|small-ab|3|PENDING|Resources\n12|small-ab|0|NODE_FAIL|None\n14|small-x|N/A|RUNNING|None\nslurm_lo"
                    + "ad_jobs error: x\n"
            )
        );

    private static string ReadTo(Process run, string word)
    {
        while (run.StandardOutput.ReadLine() is { } line)
            if (line.Contains(word, StringComparison.Ordinal))
                return line;
        throw new InvalidOperationException($"it ended without {word}: {run.StandardError.ReadToEnd()}");
    }

    private static string[] Jobs(Cluster cluster) =>
        Ask(cluster, "squeue", "--me", "--noheader", "--states=PENDING,RUNNING")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Ask(Cluster cluster, string command, params string[] arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in cluster.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        return process.StandardOutput.ReadToEnd();
    }
}
