using Bench.Protocol.Seeds;

namespace Bench.Shared;

/// <summary>How much of the long tests is run: a sample, or all of it with ./bench test --long.</summary>
internal static class Suite
{
    internal static bool IsLong { get; } = Environment.GetEnvironmentVariable("BENCH_LONG") == "1";

    internal static int Count(int sample, int all) => IsLong ? all : sample;

    /// <summary>Random choices are the same in every run.</summary>
    internal static RandomStream Random(string purpose) => new Seed(20_261_125).Stream(purpose);

    /// <summary>Says in the output what was done and what was lost.</summary>
    internal static void Tell(string line) => Console.WriteLine($"    faults: {line}");
}
