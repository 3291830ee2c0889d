using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Bench.Cli.Execution;
using Bench.Lab.UnitExecution;

namespace Bench.EndToEnd.Faults;

/// <summary>Workers that print without end, hang, or are stopped.</summary>
public sealed class WorkerTests
{
    private static Task<string?> Run(string script, double? limit) =>
        new WorkerProcess(
            new WorkerCommandLine("spec", "experiment", 1, new CodeVersion("abc", false, "test"), "store")
            {
                Before = ["bash", "-c", script],
            }
        ).Run(Experiments.Plan(Experiments.Small).Units[0], limit, _ => { }, CancellationToken.None);

    [Fact]
    public async Task A_worker_that_prints_a_gigabyte_and_fails_leaves_its_last_words()
    {
        var problem = await Run(
            "head -c 1000000000 /dev/zero | tr '\\0' 'x'; head -c 100000000 /dev/zero | tr '\\0' 'y' >&2; echo >&2; "
                + "printf 'worn\\033[31m out' >&2; exit 7",
            null
        );
        Assert.EndsWith(" | worn\ufffd[31m out", problem, StringComparison.Ordinal);
        Assert.InRange(problem!.Length, 20, 2500);
    }

    [Fact]
    public async Task A_worker_that_hangs_is_stopped_with_all_that_it_started()
    {
        var mark = Guid.NewGuid().ToString("N");
        var problem = await Run($"(exec -a {mark} sleep 1000) & wait", 0.5);
        Assert.Equal(
            "it was stopped after 0.5 seconds without a result (resources: seconds sets another limit)",
            problem
        );
        using var found = Process.Start(new ProcessStartInfo("pgrep", ["-f", mark]) { RedirectStandardOutput = true })!;
        Assert.Equal("", await found.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void A_unit_over_its_time_fails_alone_and_what_it_spent_is_charged()
    {
        using var arena = new Arena(
            Experiments
                .Small.Altered("6e8]", "6e12]")
                .Altered("seeds: [0, 1]", "seeds: [0]\nresources: { seconds: 12 }")
        );
        Assert.Equal(1, arena.Run("--quiet").Code);
        var late = arena.Results.Runs.Where(row => row.Status == "failed").ToArray();
        Assert.Equal(3, late.Length);
        Assert.All(
            late,
            row =>
                Assert.Equal(
                    (
                        "it was stopped after 12 seconds without a result (resources: seconds sets another limit)",
                        1L,
                        6e12
                    ),
                    (row.Error, row.Attempts, row.Budget)
                )
        );
        foreach (var charge in late.Select(row => arena.Results.Charges.Single(charge => charge.Run == row.Run)))
        {
            Assert.Equal("lost-attempts", charge.Kind);
            // Less than a second is not written down.
            Assert.InRange(charge.Seconds, 1, 12);
            Assert.True(charge.Flops > 1e8, "no FLOPs are charged");
        }
    }

    [Fact]
    public void A_run_that_is_asked_to_stop_stops_within_five_seconds_and_charges_what_was_spent()
    {
        // Minutes of training, of which a sixtieth is told at a time.
        using var arena = new Arena(Experiments.Small.Altered("6e8]", "6e11]"));
        foreach (var (signal, attempts) in new[] { ("INT", 1), ("TERM", 2) })
        {
            using var run = arena.Start("run", arena.Experiment, "--out", arena.Output, "--json", "--jobs", "1");
            // A second of training or more is done.
            while (
                run.StandardOutput.ReadLine() is { } line
                && !(line.Contains("\"training\"", StringComparison.Ordinal) && Spent(arena) >= attempts)
            ) { }

            var clock = Stopwatch.StartNew();
            // Twice, as timeout does, which tells a process and its group.
            for (var i = 0; i < 2; i++)
                using (var kill = Process.Start("kill", [$"-{signal}", run.Id.ToString(CultureInfo.InvariantCulture)]))
                    kill.WaitForExit();
            run.WaitForExit();
            Assert.Equal(130, run.ExitCode);
            Assert.InRange(clock.Elapsed.TotalSeconds, 0, 5);
            Assert.Empty(arena.Processes("worker"));
        }

        // What was stopped is charged once it has an outcome: here by failing, too soon to have spent anything to speak
        // of.
        File.WriteAllText(arena.Experiment, File.ReadAllText(arena.Experiment) + "\nresources: { seconds: 1 }");
        Assert.Equal(1, arena.Run("--quiet").Code);
        // Whether a run begins with the unit that was stopped or with another is no matter: two attempts were stopped
        // after 1e9 FLOPs, and both are charged.
        var failed = arena.Results.Runs.Where(row => row.Status == "failed").Select(row => row.Run).ToHashSet();
        Assert.InRange(
            arena
                .Results.Charges.Where(charge => failed.Contains(charge.Run) && charge.Kind == "lost-attempts")
                .Sum(charge => charge.Flops!.Value),
            2e9,
            2 * 6e11
        );
    }

    // How many attempts at the large budget have FLOPs written down: on a slow machine the teacher's and the small
    // students' have too, and those end.
    private static int Spent(Arena arena)
    {
        var folder = Path.Combine(arena.Home, "store", "attempts");
        return Directory.Exists(folder)
            ? Directory
                .EnumerateFiles(folder, "*.json")
                .Select(file => JsonDocument.Parse(File.ReadAllText(file)).RootElement)
                .Count(attempt =>
                    attempt
                        .GetProperty("Charges")
                        .EnumerateArray()
                        .Any(charge =>
                            charge.GetProperty("Kind").GetString() == "StudentTraining"
                            && charge.GetProperty("Flops").GetProperty("Value").GetDouble() > 1e9
                        )
                )
            : 0;
    }
}
