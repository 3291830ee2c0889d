using Bench.Protocol.Seeds;

namespace Bench.EndToEnd.Faults;

/// <summary>How much of the fault suite is run: a sample, or with ./bench test --long all of it.</summary>
internal static class Suite
{
    internal static bool IsLong { get; } = Environment.GetEnvironmentVariable("BENCH_LONG") == "1";

    internal static int Count(int sample, int all) => IsLong ? all : sample;

    /// <summary>What is random in it is the same every time.</summary>
    internal static RandomStream Random(string purpose) => new Seed(20_261_125).Stream(purpose);

    /// <summary>Says in the suite's output what was done and what was lost.</summary>
    internal static void Tell(string line) => Console.WriteLine($"    faults: {line}");
}
