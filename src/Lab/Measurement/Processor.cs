using System.Runtime.InteropServices;

namespace Bench.Lab.Measurement;

/// <summary>The processor of this machine.</summary>
public static class Processor
{
    /// <summary>
    /// Its name, with family, model and stepping: virtual machines call several generations by one name.
    /// </summary>
    public static string Name { get; } = Read();

    private static string Read()
    {
        if (!File.Exists("/proc/cpuinfo"))
            return RuntimeInformation.ProcessArchitecture.ToString();
        var facts = File.ReadLines("/proc/cpuinfo")
            .TakeWhile(line => line.Length > 0)
            .Select(line => line.Split(':', 2))
            .Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0].Trim())
            .ToDictionary(pair => pair[0].Trim(), pair => pair[1].Trim(), StringComparer.Ordinal);
        var name = facts.GetValueOrDefault("model name", RuntimeInformation.ProcessArchitecture.ToString());
        return
            facts.TryGetValue("cpu family", out var family)
            && facts.TryGetValue("model", out var model)
            && facts.TryGetValue("stepping", out var stepping)
            ? $"{name} ({family}/{model}/{stepping})"
            : name;
    }
}
