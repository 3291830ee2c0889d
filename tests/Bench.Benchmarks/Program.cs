using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters.Json;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

// In this process: libtorch's threads and memory are set by the environment that the launcher gives, and a copy built
// elsewhere would not have it.
// What is measured is the speed of thousands of steps: the first ones, in which methods are compiled anew, are not in
// it.
var job = Job
    .Default.WithToolchain(InProcessEmitToolchain.Instance)
    .WithInvocationCount(1)
    .WithUnrollFactor(1)
    .WithWarmupCount(10)
    .WithIterationCount(9);
BenchmarkSwitcher
    .FromAssembly(typeof(Program).Assembly)
    .Run(args, DefaultConfig.Instance.AddJob(job).AddExporter(JsonExporter.Brief));
