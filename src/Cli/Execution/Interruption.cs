using System.Runtime.InteropServices;

namespace Bench.Cli.Execution;

/// <summary>
/// Ctrl-C and a request to end, as a cancellation: what runs is stopped, and what finished is kept. It lives as long as
/// the process, so that a signal never meets a source that is gone.
/// </summary>
internal static class Interruption
{
    /// <summary>
    /// Some programs send a signal twice, to a process and to its group: what comes so soon is no second wish.
    /// </summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(2);

    private static readonly CancellationTokenSource Stop = new();

    private static readonly Lazy<PosixSignalRegistration[]> Signals = new(() =>
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt),
        ]
    );

    private static long first;

    /// <summary>Cancelled by the first signal from now on; a later one ends the process at once.</summary>
    internal static CancellationToken Token => Signals.Value.Length > 0 ? Stop.Token : default;

    private static void Interrupt(PosixSignalContext context)
    {
        if (!Stop.IsCancellationRequested)
            first = TimeProvider.System.GetTimestamp();
        context.Cancel = TimeProvider.System.GetElapsedTime(first) < Echo;
        Stop.Cancel();
    }
}
