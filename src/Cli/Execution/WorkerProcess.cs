using System.Diagnostics;
using System.Globalization;
using Bench.Lab.Runs;
using Bench.Protocol.Plans;

namespace Bench.Cli.Execution;

/// <summary>One unit in a process of its own. The child reads its standard input, and ends when that closes: it never outlives this process.</summary>
internal sealed class WorkerProcess(string snapshot, string experimentFile, int threads, CodeVersion code, string store)
{
    /// <summary>Runs the unit. The result is in the store when this returns null; otherwise the result is one line that says why not.</summary>
    internal async Task<string?> Run(UnitOfWork unit, Action<UnitEvent> progress, CancellationToken cancel)
    {
        // A worker of one thread stays on a core of its own while one is free.
        using var core = threads == 1 && Taskset is not null ? Core.Take() : null;
        var start = new ProcessStartInfo(core is null ? Environment.ProcessPath! : Taskset!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (core is not null)
            foreach (var argument in (string[])["-c", core.Number.ToString(CultureInfo.InvariantCulture), Environment.ProcessPath!]) start.ArgumentList.Add(argument);
        foreach (var argument in (string[])[typeof(WorkerProcess).Assembly.Location, "worker", unit.Fingerprint.Text, "--spec", snapshot, "--of", experimentFile, "--attached"])
            start.ArgumentList.Add(argument);
        // One unit, one process, that many threads: BLAS threads times OpenMP threads would fight over the cores.
        var count = threads.ToString(CultureInfo.InvariantCulture);
        foreach (var name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]) start.Environment[name] = count;

        start.Environment[Workplace.StoreVariable] = store;
        start.Environment[Workplace.CommitVariable] = code.Dirty ? code.Commit + Workplace.DirtyMark : code.Commit;

        using var process = Process.Start(start) ?? throw new IOException("cannot start a worker process");
        using var stop = cancel.Register(() => Kill(process));
        var (words, said) = (new TextTail(), new TextTail());
        var errors = Task.Run(() => words.Read(process.StandardError), CancellationToken.None);
        await said.Read(process.StandardOutput, line =>
        {
            if (UnitEvent.FromLine(line) is { } now) progress(now);
        });
        await process.WaitForExitAsync(CancellationToken.None);
        await errors;
        cancel.ThrowIfCancellationRequested();
        var lastWords = words.Text.Replace("bench: ", "", StringComparison.Ordinal);
        return process.ExitCode switch
        {
            0 => null,
            // What was said before it was killed is not why it was.
            > 128 => $"the worker was killed by signal {process.ExitCode - 128}{(process.ExitCode == 137 ? " (out of memory?)" : "")}{(lastWords.Length > 0 ? $": {lastWords}" : "")}",
            var code => lastWords.Length > 0 ? lastWords : $"the worker ended with exit code {code}",
        };
    }

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
