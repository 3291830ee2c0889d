using System.Diagnostics;
using System.Globalization;

namespace Bench.Lab.Measurement;

/// <summary>
/// The energy that the processor's packages took while this process computed, by the counters that Linux shows under
/// /sys/class/powercap (RAPL: Intel's Software Developer's Manual, volume 3, section 16.10). Several processes share a
/// package: this one's part is its share of the processor time that all of them took. Where the counters may not be
/// read, which often takes root, there is no meter and no joules.
/// </summary>
public sealed class EnergyMeter : IDisposable
{
    private const string Counters = "/sys/class/powercap";
    private const string ProcessorTimes = "/proc/stat";

    // A counter starts again at a quarter of a megajoule or so: half an hour at full load.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly string[] domains;
    private readonly string processorTimes;
    private readonly double[] before;
    private readonly double ownBefore;
    private readonly double allBefore;
    private readonly ITimer timer;
    private readonly Lock turn = new();
    private double microjoules;

    private EnergyMeter(string[] domains, string processorTimes, TimeProvider clock)
    {
        (this.domains, this.processorTimes) = (domains, processorTimes);
        before = [.. domains.Select(domain => Number(domain, "energy_uj")!.Value)];
        (ownBefore, allBefore) = (OwnSeconds(), AllSeconds());
        timer = clock.CreateTimer(_ => Sample(), null, Pause, Pause);
    }

    /// <summary>A meter that begins now; null where there is nothing to read.</summary>
    /// <param name="clock">By which the counters are read now and then, before they start again.</param>
    /// <param name="counters">The folder of counters.</param>
    /// <param name="processorTimes">The file of all processes' times.</param>
    public static EnergyMeter? Begin(
        TimeProvider clock,
        string counters = Counters,
        string processorTimes = ProcessorTimes
    )
    {
        if (!Directory.Exists(counters) || !File.Exists(processorTimes))
            return null;
        // Packages alone: the domains inside them (cores, memory) are counted in them.
        string[] packages =
        [
            .. Directory
                .EnumerateDirectories(counters)
                .Where(domain =>
                    Text(domain, "name")?.StartsWith("package", StringComparison.Ordinal) == true
                    && Number(domain, "energy_uj") is not null
                )
                .Order(StringComparer.Ordinal),
        ];
        return packages.Length == 0 ? null : new EnergyMeter(packages, processorTimes, clock);
    }

    /// <summary>Joules since it began; null where the counters cannot be read any more.</summary>
    public double? Joules()
    {
        if (!Sample())
            return null;
        var (own, all) = (OwnSeconds() - ownBefore, AllSeconds() - allBefore);
        return all > 0 ? microjoules / 1e6 * Math.Clamp(own / all, 0, 1) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private bool Sample()
    {
        lock (turn)
        {
            for (var i = 0; i < domains.Length; i++)
            {
                if (Number(domains[i], "energy_uj") is not { } now)
                    return false;
                var passed = now - before[i];
                microjoules += passed >= 0 ? passed : passed + (Number(domains[i], "max_energy_range_uj") ?? 0);
                before[i] = now;
            }
        }

        return true;
    }

    private static double OwnSeconds()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.TotalSeconds;
    }

    // The first line: cpu user nice system idle iowait irq softirq steal, in hundredths of a second.
    private double AllSeconds()
    {
        double[] times =
        [
            .. File.ReadLines(processorTimes)
                .First()
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Skip(1)
                .Take(8)
                .Select(word => double.Parse(word, CultureInfo.InvariantCulture)),
        ];
        return times.Where((_, i) => i is not (3 or 4)).Sum() / 100;
    }

    private static double? Number(string domain, string file) =>
        double.TryParse(Text(domain, file), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private static string? Text(string domain, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(domain, file)).Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
