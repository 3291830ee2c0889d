using System.Diagnostics;

namespace Bench.EndToEnd.Faults;

/// <summary>
/// A Slurm cluster of this machine, while a test runs. Tests that start one are of one collection: they take turns.
/// </summary>
internal sealed class Cluster : IDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "tests", "slurm-cluster");

    private readonly Scratch scratch = Repository.Scratch();

    private Cluster() { }

    /// <summary>What makes Slurm's commands speak to this cluster.</summary>
    internal IReadOnlyDictionary<string, string> Environment { get; private set; } = new Dictionary<string, string>();

    /// <summary>Starts one; the test is skipped, visibly, where Slurm is not installed or may not be started.</summary>
    internal static Cluster StartOrSkip(params string[] options)
    {
        Assert.SkipUnless(
            File.Exists("/usr/sbin/slurmctld")
                && File.Exists("/usr/sbin/munged")
                && System.Environment.UserName == "root",
            "needs root, and the packages slurm-wlm and munge"
        );
        var cluster = new Cluster();
        try
        {
            cluster.Do(
                "start",
                [
                    System.Environment.ProcessorCount.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    .. options,
                ]
            );
        }
        catch
        {
            cluster.Dispose();
            throw;
        }

        cluster.Environment = new Dictionary<string, string>
        {
            ["SLURM_CONF"] = cluster.scratch.File("cluster/slurm.conf"),
        };
        return cluster;
    }

    internal void KillNode() => Do("kill-node");

    internal void StartNode() => Do("start-node");

    public void Dispose()
    {
        Do("stop");
        Assert.True(SpinWait.SpinUntil(TryDelete, TimeSpan.FromSeconds(20)), "the cluster does not end");
    }

    private bool TryDelete()
    {
        try
        {
            scratch.Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private void Do(string action, params string[] more)
    {
        var start = new ProcessStartInfo(Script, [action, scratch.File("cluster"), .. more])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        // Its daemons would keep the pipes open: they are read until the script itself ends.
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            Assert.Fail($"slurm-cluster {action}: {process.StandardError.ReadToEnd()}");
    }
}
