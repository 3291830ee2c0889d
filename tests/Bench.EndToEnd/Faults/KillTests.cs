using Bench.Protocol.Ledger;
using Bench.Protocol.Seeds;

namespace Bench.EndToEnd.Faults;

/// <summary>Whoever is killed when: the ledger is in the end as if nobody had been.</summary>
[Collection(nameof(Cluster))]
public sealed class KillTests
{
    [Fact]
    public void Runs_and_workers_that_are_killed_at_random_moments_lose_nothing()
    {
        using var calm = new Arena(Experiments.Small);
        Assert.Equal(0, calm.Run("--quiet").Code);
        using var arena = new Arena(Experiments.Small);
        Storm.Rage(arena, calm.Results, Suite.Count(5, 30), Suite.Random("local kills"), "local");
    }

    // Half a minute and more: --long runs it.
    [Fact(Explicit = true)]
    public void Slurm_jobs_and_the_runs_that_follow_them_lose_nothing_when_they_are_killed()
    {
        using var cluster = Cluster.StartOrSkip();
        using var calm = new Arena(Experiments.Small);
        Assert.Equal(0, calm.Run("--quiet").Code);
        using var arena = new Arena(Experiments.Small, cluster.Environment);
        Storm.Rage(arena, calm.Results, Suite.Count(3, 30), Suite.Random("slurm kills"), "slurm");
    }

    /// <summary>Kills until it is enough, starts what was killed again, and compares what comes of it.</summary>
    private static class Storm
    {
        private const int LongestWait = 2500;

        internal static void Rage(Arena arena, Results expected, int kills, RandomStream random, string executor)
        {
            var (ofRuns, ofWorkers, completions, attempts) = (0, 0, 0, 0L);
            void Complete()
            {
                // What failed because it was killed is tried again by the next run.
                for (var tries = 0; arena.Run("--quiet", "--executor", executor).Code != 0; tries++)
                    Assert.True(tries < 3, "it does not complete");
                Arena.AssertSame(expected, arena.Results);
                attempts += arena.Results.Runs.Sum(row => row.Attempts!.Value - 1);
                completions++;
            }

            while (ofRuns + ofWorkers < kills)
            {
                using var run = arena.Start(
                    "run",
                    arena.Experiment,
                    "--out",
                    arena.Output,
                    "--quiet",
                    "--executor",
                    executor
                );
                var (said, complained) = (run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
                while (!run.WaitForExit((int)(random.NextDouble() * LongestWait)) && ofRuns + ofWorkers < kills)
                {
                    var workers = arena.Processes("worker");
                    if (workers.Count > 0 && random.NextDouble() < 0.5)
                    {
                        Arena.Kill(workers[(int)(random.NextDouble() * workers.Count)]);
                        ofWorkers++;
                        continue;
                    }

                    Arena.Kill(run.Id);
                    run.WaitForExit();
                    ofRuns++;
                }

                if (!run.HasExited)
                    run.Kill();
                run.WaitForExit();
                // Slurm's jobs go on; a process's own workers must not.
                if (executor == "local")
                    arena.WaitForQuiet();
                if (run.ExitCode != 0)
                    continue;
                Complete();
                arena.StartOver();
            }

            Complete();
            arena.WaitForQuiet();
            Assert.Empty(arena.Leftovers());
            Suite.Tell(
                $"{executor}: {ofRuns} runs and {ofWorkers} workers killed, {completions} ledgers compared with the "
                    + $"undisturbed one, 0 rows lost or changed, {attempts} lost attempts charged to runs, no "
                    + $"process and no temporary file left"
            );
        }
    }
}
