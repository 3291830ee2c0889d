using System.Diagnostics;
using System.Globalization;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>
/// One unit in a process of its own. The child reads its standard input, and ends when that closes: it never outlives
/// this process.
/// </summary>
internal sealed class WorkerProcess(WorkerCommandLine command)
{
    /// <summary>
    /// Runs the unit. The result is in the store when this returns null; otherwise the result is one line that says why
    /// not.
    /// </summary>
    /// <param name="unit">The unit.</param>
    /// <param name="limit">The seconds after which it is taken for one that hangs, while it waits for nobody; null for
    /// none.</param>
    /// <param name="progress">Told how it goes.</param>
    /// <param name="cancel">Ends the process.</param>
    internal async Task<string?> Run(
        UnitOfWork unit,
        double? limit,
        Action<UnitEvent> progress,
        CancellationToken cancel
    )
    {
        // A worker of one thread stays on a core of its own while one is free.
        using var core = command.Threads == 1 && Taskset is not null ? CoreReservation.Take() : null;
        string[] pin = core is null ? [] : [Taskset!, "-c", core.Number.ToString(CultureInfo.InvariantCulture)];
        string[] words = [.. pin, .. command.Before, .. WorkerCommandLine.Naming(unit), .. command.After, "--attached"];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in command.EnvironmentVariables)
            start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new IOException("cannot start a worker process");
        using var late = new CancellationTokenSource();
        void Allow() =>
            late.CancelAfter(
                limit is { } seconds ? TimeSpan.FromSeconds(Math.Min(seconds, LongestTimer)) : Timeout.InfiniteTimeSpan
            );
        Allow();
        using var stop = cancel.Register(() => Kill(process));
        using var end = late.Token.Register(() => Kill(process));
        var (complaints, said) = (new TextTail(), new TextTail());
        var errors = Task.Run(() => complaints.Read(process.StandardError), CancellationToken.None);
        await said.Read(
            process.StandardOutput,
            line =>
            {
                if (UnitEvent.FromLine(line) is not { } now)
                    return;
                if (now.Stage == UnitEvent.Waiting)
                    Allow();
                progress(now);
            }
        );
        await process.WaitForExitAsync(CancellationToken.None);
        await errors;
        cancel.ThrowIfCancellationRequested();
        if (late.IsCancellationRequested)
            return FormattableString.Invariant(
                $"it was stopped after {limit} seconds without a result (resources: seconds sets another limit)"
            );
        return Problem(process.ExitCode, complaints.Text);
    }

    /// <summary>Why a worker ended as it did, in one line; null where it ended well.</summary>
    internal static string? Problem(int exitCode, string complaints)
    {
        var lastWords = complaints.Replace("bench: ", "", StringComparison.Ordinal);
        return exitCode switch
        {
            0 => null,
            // The last words before it was killed are not why it was.
            > 128 => $"the worker was killed by signal "
                + $"{exitCode - 128}{(exitCode == 137 ? " (out of memory?)" : "")}"
                + $"{(lastWords.Length > 0 ? $": {lastWords}" : "")}",
            var code => lastWords.Length > 0 ? lastWords : $"the worker ended with exit code {code}",
        };
    }

    // Of what a timer can count.
    private const double LongestTimer = 4e6;

    private static string? Taskset { get; } = File.Exists("/usr/bin/taskset") ? "/usr/bin/taskset" : null;

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It had ended already.
        }
    }
}
