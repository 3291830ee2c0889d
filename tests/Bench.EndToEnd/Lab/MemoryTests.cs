using System.Diagnostics;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Seeds;
using Bench.Protocol.Specs;

namespace Bench.EndToEnd.Lab;

/// <summary>What is measured on the whole process: nothing else may run meanwhile.</summary>
[Collection(nameof(MemoryTests))]
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public class MemoryTests
{
    [Fact]
    public void Memory_stays_flat_over_two_thousand_steps()
    {
        var shape = Models.Plain with { Vocabulary = 19 };
        using var model = Decoder.Initialise(shape, Compute.Cpu, new Seed(1));
        var lesson = TrainingRuns.LessonOf(200, shape.Vocabulary);
        void Steps(int count) =>
            TrainingRuns.Train(
                model,
                lesson,
                new OptimiserSpec { Batch = 8 },
                TrainingRuns.Meter("examples", 8.0 * count)
            );
        // What is compiled anew, and the heap that this takes, come before.
        Steps(1500);
        var before = Resident();
        Steps(2000);
        Assert.InRange(Resident() - before, long.MinValue, 20L << 20);
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
