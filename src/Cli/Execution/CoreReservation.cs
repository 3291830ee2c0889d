using System.Diagnostics;

namespace Bench.Cli.Execution;

/// <summary>
/// A core of this machine that one worker has to itself among all of Bench's, whoever started them: a lock on a file of
/// the core's number, which the system frees when its holder ends.
/// </summary>
internal sealed class CoreReservation : IDisposable
{
    private readonly FileStream held;

    private CoreReservation(int number, FileStream held) => (Number, this.held) = (number, held);

    internal int Number { get; }

    public void Dispose() => held.Dispose();

    /// <summary>
    /// A core that is free; null where there is none, or the system does not say which this process may use.
    /// </summary>
    internal static CoreReservation? Take()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        using var own = Process.GetCurrentProcess();
        var allowed = (ulong)own.ProcessorAffinity;
        for (var number = 0; number < 64; number++)
        {
            if ((allowed >> number & 1) == 0)
                continue;
            try
            {
                return new CoreReservation(
                    number,
                    new FileStream(
                        Path.Combine(Path.GetTempPath(), $"bench-core-{number}"),
                        FileMode.OpenOrCreate,
                        FileAccess.ReadWrite,
                        FileShare.None
                    )
                );
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Somebody has it.
            }
        }

        return null;
    }
}
