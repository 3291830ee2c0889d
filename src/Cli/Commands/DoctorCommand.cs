using System.CommandLine;
using System.Globalization;
using Bench.Cli.Execution;
using Bench.Lab.Measurement;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Reading;
using Bench.Report.Figures;

namespace Bench.Cli.Commands;

/// <summary>bench doctor: what is installed, what is used, what is wrong and how to mend it.</summary>
internal static class DoctorCommand
{
    /// <summary>
    /// Below this, libtorch's products do not use the processor's vectors: those that do reach tens of GFLOP/s on one
    /// core.
    /// </summary>
    private const double SuspiciousRate = 15e9;

    internal static Command Create()
    {
        var store = new Option<bool>("--store")
        {
            Description =
                "Read every file of the store and compare it with its checksum; damaged entries are taken away, and "
                + "the next run computes them anew.",
        };
        var command = new Command("doctor", "Say what is installed, which libtorch is used, and what is wrong.")
        {
            store,
        };
        command.SetAction(parsed => parsed.GetValue(store) ? ExamineStore() : Examine());
        return command;
    }

    private static int ExamineStore()
    {
        var place = Workplace.Current;
        var store = place.Store;
        var (sound, unknown, bytes, damaged) = (0, 0, 0L, 0);
        foreach (var entry in store.Entries(examined: true))
        {
            bytes += entry.Bytes;
            if (entry.Wrong is null)
                unknown++;
            else if (!entry.IsDamaged)
                sound++;
            if (!entry.IsDamaged)
                continue;
            damaged++;
            Console.WriteLine(
                $"WRONG: {entry.Folder}: {string.Join(", ", entry.Wrong!)}; taken away, the next run computes it anew"
            );
            store.Remove(entry.Key);
        }

        var left = store.Sweep().Count + place.Sweep();
        if (left > 0)
            Console.WriteLine($"removed {left} {(left == 1 ? "thing" : "things")} that killed processes had left");
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{store.Root}: {bytes / 1048576.0:0.0} MiB, {sound} entries as they were "
                    + $"written{(unknown > 0 ? $", {unknown} made before there were checksums" : "")}, {damaged} "
                    + $"damaged"
            )
        );
        return damaged == 0 ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    private static int Examine()
    {
        var place = Workplace.Current;
        var problems = new List<string>();
        Line("processor", $"{Processor.Name}, {Environment.ProcessorCount} cores");
        Line("runtime", System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);
        Line("libtorch", $"{LibTorch.Version} from {LibTorch.Folder}");
        try
        {
            LibTorch.Require();
        }
        catch (LabException error)
        {
            Console.WriteLine($"WRONG: {error.Message}");
            return ExitCodes.SomeFailed;
        }

        Line("TorchSharp", $"{MachineManifest.VersionOf("TorchSharp")} over {LibTorch.Wrapper}");
        Line(
            "a process has",
            (LibTorch.Threads == 1 ? "1 thread" : $"{LibTorch.Threads} threads")
                + LibTorch.KeepsMemory switch
                {
                    true => ", and keeps the memory of large tensors",
                    false => ", and gives the memory of large tensors back at every step",
                    null => "",
                }
        );
        if (!OperatingSystem.IsLinux())
            Line("cores", "are not reserved for units on this system, and Slurm is not used");
        Line("device: cuda", LibTorch.Devices ?? "finds nothing with this libtorch");
        var rate = LibTorch.MatrixRate(TimeProvider.System);
        Line("matrix product", string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:0} GFLOP/s fp32 on one core"));
        if (rate < SuspiciousRate)
            problems.Add("matrix products are slow: this processor may lack AVX2, or be busy with other work");
        Line("ONNX Runtime", OnnxModel.RuntimeVersion);
        Line("figures", $"ScottPlot {MachineManifest.VersionOf("ScottPlot")}");
        if (FigureRenderer.Problem() is { } undrawn)
            problems.Add($"figures cannot be drawn: {undrawn}");
        Line("store", place.Store.Root);
        try
        {
            place.CheckHome();
        }
        catch (SpecException error)
        {
            problems.Add(error.Message);
        }

        Line(
            "reference data",
            Directory.Exists(place.Data) ? place.Data : "absent (tests that need it are skipped; set BENCH_DATA)"
        );
        foreach (var problem in problems)
            Console.WriteLine($"WRONG: {problem}");
        Console.WriteLine(problems.Count == 0 ? "all is well" : $"{problems.Count} to mend");
        return problems.Count == 0 ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    private static void Line(string what, string value) => Console.WriteLine($"{what, -15} {value}");
}
