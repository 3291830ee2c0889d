using System.Globalization;

namespace Bench.Cli.Execution;

/// <summary>How much memory new processes can have without the machine beginning to swap or to kill.</summary>
internal static class MachineMemory
{
    /// <summary>Bytes that are available now; null where the system does not say.</summary>
    internal static long? Available()
    {
        if (!File.Exists("/proc/meminfo"))
            return null;
        var line = File.ReadLines("/proc/meminfo")
            .FirstOrDefault(entry => entry.StartsWith("MemAvailable:", StringComparison.Ordinal));
        long? machine =
            line is not null
            && long.TryParse(
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out var kibibytes
            )
                ? 1024 * kibibytes
                : null;
        // A container may have less than the machine.
        return Limit() is { } limit && machine is not null ? Math.Min(machine.Value, limit) : machine;
    }

    private static long? Limit()
    {
        const string Group = "/sys/fs/cgroup/";
        return Number(Group + "memory.max") is { } most && Number(Group + "memory.current") is { } used
            ? Math.Max(0, most - used)
            : null;
    }

    private static long? Number(string file) =>
        File.Exists(file)
        && long.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
