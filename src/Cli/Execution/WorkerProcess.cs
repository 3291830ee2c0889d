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
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[typeof(WorkerProcess).Assembly.Location, "worker", unit.Fingerprint.Text, "--spec", snapshot, "--of", experimentFile, "--attached"])
            start.ArgumentList.Add(argument);
        // One unit, one process, that many threads: BLAS threads times OpenMP threads would fight over the cores.
        var count = threads.ToString(CultureInfo.InvariantCulture);
        foreach (var name in (string[])["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"]) start.Environment[name] = count;

        start.Environment[Workplace.StoreVariable] = store;
        start.Environment[Workplace.CommitVariable] = code.Dirty ? code.Commit + Workplace.DirtyMark : code.Commit;

        using var process = Process.Start(start) ?? throw new IOException("cannot start a worker process");
        using var stop = cancel.Register(() => Kill(process));
        var lastWords = "";
        var errors = Task.Run(async () =>
        {
            while (await process.StandardError.ReadLineAsync(CancellationToken.None) is { } line)
                if (line.Length > 0) lastWords = line.Length > 500 ? line[..500] : line;
        }, CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
            if (UnitEvent.FromLine(line) is { } now) progress(now);
        await process.WaitForExitAsync(CancellationToken.None);
        await errors;
        cancel.ThrowIfCancellationRequested();
        return process.ExitCode switch
        {
            0 => null,
            > 128 => $"the worker was killed by signal {process.ExitCode - 128} (out of memory?)",
            var code => lastWords.Length > 0 ? lastWords.Replace("bench: ", "", StringComparison.Ordinal) : $"the worker ended with exit code {code}",
        };
    }

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
