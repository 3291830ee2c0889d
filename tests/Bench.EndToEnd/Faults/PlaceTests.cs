using System.Diagnostics;

namespace Bench.EndToEnd.Faults;

/// <summary>Disks that are full, read-only or elsewhere, runs that meet, and a clock that goes backwards.</summary>
public sealed class PlaceTests
{
    [Fact]
    public void A_disk_that_fills_up_fails_units_by_name_and_once_there_is_room_the_rest_is_computed()
    {
        using var disk = Disk.MountOrSkip("size=300k");
        using var calm = new Arena(Experiments.Small);
        Assert.Equal(0, calm.Run("--quiet").Code);
        using var arena = new Arena(Experiments.Small) { Home = disk.Path };
        var full = arena.Run();
        Assert.True(full.Code == 1, full.Output + full.Errors);
        Assert.Contains("No space left on device", full.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full.Errors, StringComparison.Ordinal);
        var failed = arena.Results.Runs.Count(row => row.Status == "failed");
        Assert.InRange(failed, 1, 15);
        Assert.All(
            arena.Results.Runs.Where(row => row.Status == "failed"),
            row => Assert.Contains("No space left on device", row.Error, StringComparison.Ordinal)
        );

        disk.Remount("size=100m");
        Assert.Equal(0, arena.Run("--quiet").Code);
        Arena.AssertSame(calm.Results, arena.Results);
        Assert.Empty(arena.Leftovers());
        Suite.Tell($"a full disk failed {failed} of 15 runs by name; with room the ledger is the undisturbed one");
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void A_disk_without_room_for_another_file_is_no_lock_of_another_run()
    {
        using var disk = Disk.MountOrSkip("size=20m,nr_inodes=40");
        using var arena = new Arena(Experiments.Small) { Home = disk.Path };
        var full = arena.Run("--jobs", "1");
        Assert.True(full.Code is 1 or 2, full.Errors);
        Assert.Contains("No space left on device", full.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_that_cannot_be_written_are_refused_before_anything_runs()
    {
        using var disk = Disk.MountOrSkip("size=1m,ro");
        using var arena = new Arena(Experiments.Small) { Output = Path.Combine(disk.Path, "results") };
        var refused = arena.Run();
        Assert.Equal((2, 1), (refused.Code, refused.Errors.Count(c => c == '\n')));
        Assert.Contains("choose another folder with --out", refused.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(arena.Home, "store", "entries")));
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void Results_whose_disk_fills_up_lose_nothing_that_was_computed()
    {
        using var disk = Disk.MountOrSkip("size=12k");
        using var arena = new Arena(Experiments.Small) { Output = Path.Combine(disk.Path, "results") };
        var full = arena.Run("--quiet");
        Assert.Equal(2, full.Code);
        Assert.Contains("No space left on device", full.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", full.Errors, StringComparison.Ordinal);
        disk.Remount("size=20m");
        var clock = Stopwatch.StartNew();
        var again = arena.Run("--json");
        Assert.True(again.Code == 0, again.Errors);
        Assert.DoesNotContain("\"started\"", again.Output, StringComparison.Ordinal);
        Assert.Equal(15, arena.Results.Runs.Count);
    }

    // Whole runs on each: ./bench test --long runs it.
    [Fact(Explicit = true)]
    public void Results_on_another_file_system_are_as_they_are_on_this_one()
    {
        using var disk = Disk.MountOrSkip("size=20m");
        using var calm = new Arena(Experiments.Small);
        Assert.Equal(0, calm.Run("--quiet").Code);
        using var arena = new Arena(Experiments.Small) { Output = Path.Combine(disk.Path, "deep", "results") };
        Assert.Equal(0, arena.Run("--quiet").Code);
        Arena.AssertSame(calm.Results, arena.Results);
        Assert.Empty(Directory.EnumerateFileSystemEntries(disk.Path, "*.tmp", SearchOption.AllDirectories));
    }

    // The better part of a minute: --long runs it.
    [Fact(Explicit = true)]
    public async Task Two_runs_of_one_experiment_at_once_compute_each_unit_once()
    {
        using var arena = new Arena(Experiments.Small);
        var (one, other) = (Task.Run(() => arena.Run("--json")), Task.Run(() => arena.Run("--json")));
        var ended = await Task.WhenAll(one, other);
        Assert.All(ended, run => Assert.True(run.Code == 0, run.Errors));
        Assert.Equal(15, arena.Results.Runs.Count);
        Assert.All(arena.Results.Runs, row => Assert.Equal(1, row.Attempts));
        Assert.Empty(arena.Leftovers());
        // What one trained the other waited for, or found.
        string[] Trained(int run) =>
            [
                .. ended[run]
                    .Output.Split('\n')
                    .Where(line => line.Contains("\"training\"", StringComparison.Ordinal))
                    .Select(line => line.Split("\"unit\":\"")[1][..12])
                    .Distinct(),
            ];
        Assert.NotEmpty(Trained(0).Concat(Trained(1)));
        Assert.Empty(Trained(0).Intersect(Trained(1)));
    }

    // A minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void A_clock_that_goes_backwards_changes_no_result_and_no_duration()
    {
        const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
        Assert.SkipUnless(File.Exists(Library), "needs the package faketime");
        using var scratch = Repository.Scratch();
        var offset = scratch.File("offset");
        File.WriteAllText(offset, "+0\n");
        // With this library each look at the clock reads a file: few units are enough.
        var few = Experiments.Small.Altered("seeds: [0, 1]", "seeds: [0]");
        using var calm = new Arena(few);
        Assert.Equal(0, calm.Run("--quiet").Code);
        using var arena = new Arena(
            few,
            new Dictionary<string, string>
            {
                ["LD_PRELOAD"] = Library,
                ["FAKETIME_TIMESTAMP_FILE"] = offset,
                ["FAKETIME_NO_CACHE"] = "1",
                ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
                ["NO_FAKE_STAT"] = "1",
            }
        );
        using var run = arena.Start("run", arena.Experiment, "--out", arena.Output, "--json");
        var jumps = 0;
        while (run.StandardOutput.ReadLine() is { } line)
        {
            // A day back at each unit that ends.
            if (line.Contains("\"ended\"", StringComparison.Ordinal))
                File.WriteAllText(offset, FormattableString.Invariant($"-{++jumps}d\n"));
        }

        run.WaitForExit();
        Assert.Equal(0, run.ExitCode);
        Arena.AssertSame(calm.Results, arena.Results);
        Assert.All(arena.Results.Runs, row => Assert.InRange(row.Seconds!.Value, 0, 60));
        Assert.True(
            arena.Results.Runs.Select(row => row.StartedUtc[..10]).Distinct().Count() > 2,
            "the clock did not go backwards"
        );
        Suite.Tell($"the clock went back by a day {jumps} times, and nothing changed but the stamps");
    }
}
