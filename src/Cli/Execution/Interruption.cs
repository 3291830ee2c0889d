using System.Runtime.InteropServices;

namespace Bench.Cli.Execution;

/// <summary>Ctrl-C and a request to end, as a cancellation: what runs is stopped, and what finished is kept.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource stop;
    private readonly PosixSignalRegistration[] signals;

    internal Interruption(CancellationToken other)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(other);
        signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
        ];
    }

    internal CancellationToken Token => stop.Token;

    public void Dispose()
    {
        foreach (var signal in signals)
            signal.Dispose();
        stop.Dispose();
    }

    /// <summary>
    /// Some programs send a signal twice, to a process and to its group: what comes so soon is no second wish.
    /// </summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(2);

    private long first;

    // The second one ends the process at once.
    private void Stop(PosixSignalContext context)
    {
        if (!stop.IsCancellationRequested)
            first = TimeProvider.System.GetTimestamp();
        context.Cancel = TimeProvider.System.GetElapsedTime(first) < Echo;
        stop.Cancel();
    }
}
