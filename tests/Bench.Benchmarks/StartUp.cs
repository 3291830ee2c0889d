using BenchmarkDotNet.Attributes;

namespace Bench.Benchmarks;

/// <summary>
/// From the start of a process to its end: of one that only says its version, of one that plans an experiment, and of
/// one that loads libtorch.
/// </summary>
public class StartUp
{
    [Benchmark(Baseline = true)]
    public void Version() => Product.Run("--version");

    [Benchmark]
    public void Plan() => Product.Run("plan", Path.Combine(Product.Root, "experiments/quickstart"), "--json");

    [Benchmark]
    public void LibTorch() => Product.Run("measure", "--load");
}
