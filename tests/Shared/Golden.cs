namespace Bench.Shared;

/// <summary>
/// Files whose bytes are fixed. With BENCH_WRITE_GOLDENS=1 a difference is written to the sources instead, and the test
/// still fails once.
/// </summary>
internal static class Golden
{
    internal static void Check(string name, string written)
    {
        var path = Path.Combine(Repository.Root, "tests", "Bench.Tests", "Goldens", name);
        var golden = File.Exists(path) ? File.ReadAllText(path) : "";
        if (golden != written && Environment.GetEnvironmentVariable("BENCH_WRITE_GOLDENS") == "1")
            File.WriteAllText(path, written);
        Assert.Equal(golden, written);
    }
}
