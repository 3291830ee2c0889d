namespace Bench.Benchmarks;

/// <summary>Files of the reference data, under BENCH_DATA, which against-pytorch sets.</summary>
internal static class ReferenceData
{
    internal static string Of(string path) =>
        Environment.GetEnvironmentVariable("BENCH_DATA") is { Length: > 0 } data
        && Path.Exists(Path.Combine(data, path))
            ? Path.Combine(data, path)
            : throw new InvalidOperationException($"needs reference data: {path} (set BENCH_DATA)");
}
