using Bench.Protocol.Ledger;
using BenchmarkDotNet.Attributes;

namespace Bench.Benchmarks;

/// <summary>The committed results of quickstart, 80 runs with 40,000 scored items: read, and written.</summary>
public class Ledger
{
    private readonly string folder = Directory.CreateTempSubdirectory("bench-ledger-").FullName;
    private readonly ResultsFolder committed = new(Path.Combine(Product.Root, "results", "quickstart"));
    private Results results = Results.Empty;

    [GlobalSetup]
    public void SetUp() => results = committed.Read();

    [Benchmark]
    public int Read() => committed.Read().Items.Count;

    [Benchmark]
    public void Write() => new ResultsFolder(folder).Write(results);

    [GlobalCleanup]
    public void CleanUp() => Directory.Delete(folder, recursive: true);
}
