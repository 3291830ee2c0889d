using System.Diagnostics;
using System.Globalization;
using Bench.Protocol.Reading;

namespace Bench.Cli.Execution.Slurm;

/// <summary>Slurm's own commands: sbatch, squeue, sacct, scancel, scontrol.</summary>
internal static class SlurmCommands
{
    /// <summary>Slurm's default for the largest array.</summary>
    private const int UsualArray = 1001;

    /// <summary>This user's tasks of arrays: those that wait or run, and those that ended a few minutes ago.</summary>
    /// <returns>Null where Slurm does not answer, as while its controller starts anew.</returns>
    internal static async Task<IReadOnlyList<SlurmTask>?> Tasks()
    {
        var (code, output, _) = await Ask(
            "squeue",
            "--me",
            "--noheader",
            "--array",
            "--states=all",
            "--format=%F|%j|%K|%T|%r"
        );
        return code != 0 ? null : Parsed(output);
    }

    /// <summary>
    /// Accounting's word on a task that squeue has forgotten; null where there is no accounting, or it does not know.
    /// </summary>
    internal static async Task<string?> Accounted(string job, int index)
    {
        var (code, output, _) = await Ask(
            "sacct",
            "--noheader",
            "--parsable2",
            "--allocations",
            "--format=State",
            FormattableString.Invariant($"--jobs={job}_{index}")
        );
        // "CANCELLED by 1000"
        return code == 0 && output.Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault() is { } state
            ? state.Split(' ')[0]
            : null;
    }

    /// <summary>
    /// Submits a script. Options stand in the command, where nothing in the environment wins over them.
    /// </summary>
    /// <returns>The array's number, or why Slurm does not take it.</returns>
    internal static async Task<(string? Job, string Refusal)> Submit(IEnumerable<string> options, string script)
    {
        var (code, output, errors) = await Ask("sbatch", [.. options, "--parsable", script]);
        // With several clusters it is number;cluster.
        return code == 0 ? (output.Trim().Split(';')[0], "") : (null, errors.Trim().ReplaceLineEndings(" "));
    }

    /// <summary>
    /// Whether a refusal is for now: there is a limit on how much one may submit, or the controller is busy. Another
    /// time it takes the same work.
    /// </summary>
    internal static bool MayPass(string refusal) =>
        (
            (string[])
                [
                    "MaxSubmit",
                    "SubmitJobLimit",
                    "MaxJobCount",
                    "temporarily",
                    "Unable to contact",
                    "Socket timed out",
                    "Connection refused",
                ]
        ).Any(word => refusal.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Cancels tasks, written as job_index.</summary>
    internal static async Task Cancel(IEnumerable<string> tasks)
    {
        foreach (var chunk in tasks.Distinct().Chunk(500))
            await Ask("scancel", ["--quiet", .. chunk]);
    }

    /// <summary>The most tasks of an array here.</summary>
    internal static async Task<int> LargestArray()
    {
        var (_, output, _) = await Ask("scontrol", "show", "config");
        var line = output
            .Split('\n')
            .FirstOrDefault(entry => entry.StartsWith("MaxArraySize", StringComparison.Ordinal));
        // It counts from 0, and the largest index is one less.
        return
            line is not null
            && int.TryParse(line.Split('=')[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            && size > 1
            ? size - 1
            : UsualArray - 1;
    }

    internal static IReadOnlyList<SlurmTask> Parsed(string output)
    {
        var tasks = new List<SlurmTask>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var cells = line.Split('|');
            if (
                cells.Length == 5
                && int.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            )
                tasks.Add(
                    new SlurmTask(
                        Job: cells[0],
                        Batch: cells[1],
                        Index: index,
                        State: cells[3].Trim(),
                        Reason: cells[4].Trim()
                    )
                );
        }

        return tasks;
    }

    private static string? Setsid { get; } = File.Exists("/usr/bin/setsid") ? "/usr/bin/setsid" : null;

    private static async Task<(int Code, string Output, string Errors)> Ask(string command, params string[] arguments)
    {
        try
        {
            // An interrupt at a terminal reaches all of its processes: these are none of its.
            string[] words = Setsid is null ? [command, .. arguments] : [Setsid, "--wait", command, .. arguments];
            using var process = Process.Start(
                new ProcessStartInfo(words[0], words[1..])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            // setsid's way to say that there is no such program.
            if (process.ExitCode == 127)
                throw new System.ComponentModel.Win32Exception();
            return (process.ExitCode, output, await errors);
        }
        catch (System.ComponentModel.Win32Exception) when (command != "sacct")
        {
            throw new UsageException(
                $"--executor slurm: there is no {command} here",
                "run it where jobs of your cluster are submitted, or leave --executor out"
            );
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (1, "", "");
        }
    }
}
