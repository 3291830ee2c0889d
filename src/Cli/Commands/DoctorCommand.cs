using System.CommandLine;
using System.Globalization;
using Bench.Cli.Execution;
using Bench.Lab.Models;
using Bench.Lab.Tensors;
using Bench.Protocol.Specs;
using Bench.Report;

namespace Bench.Cli.Commands;

/// <summary>bench doctor: what is installed, what is used, what is wrong and how to mend it.</summary>
internal static class DoctorCommand
{
    /// <summary>Below this, one core has no optimised BLAS: libtorch without one reaches a few GFLOP/s.</summary>
    private const double SuspiciousRate = 15e9;

    internal static Command Create()
    {
        var rateOnly = new Option<bool>("--matrix-rate") { Description = "Print only the FLOP/s of matrix products (the launcher compares BLAS builds by it).", Hidden = true };
        var store = new Option<bool>("--store") { Description = "Read every file of the store and compare it with its checksum; what is damaged is taken away, and the next run computes it anew." };
        var command = new Command("doctor", "Say what is installed, which providers are used, and what is wrong.") { rateOnly, store };
        command.SetAction(parsed => parsed.GetValue(rateOnly) ? PrintRate() : parsed.GetValue(store) ? ExamineStore() : Examine());
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
            if (entry.Wrong is null) unknown++;
            else if (!entry.IsDamaged) sound++;
            if (!entry.IsDamaged) continue;
            damaged++;
            Console.WriteLine($"WRONG: {entry.Folder}: {string.Join(", ", entry.Wrong!)}; taken away, the next run computes it anew");
            store.Remove(entry.Key);
        }

        var left = store.Sweep().Count + place.Sweep();
        if (left > 0) Console.WriteLine($"removed {left} {(left == 1 ? "thing" : "things")} that killed processes had left");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{store.Root}: {bytes / 1048576.0:0.0} MiB, {sound} entries as they were written{(unknown > 0 ? $", {unknown} made before there were checksums" : "")}, {damaged} damaged"));
        return damaged == 0 ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    private static int PrintRate()
    {
        Console.WriteLine(LibTorch.MatrixRate(TimeProvider.System).ToString("0", CultureInfo.InvariantCulture));
        return ExitCodes.Done;
    }

    private static int Examine()
    {
        var place = Workplace.Current;
        var problems = new List<string>();
        Line("processor", $"{ManifestOf.Cpu()}, {Environment.ProcessorCount} cores");
        Line("runtime", System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription);
        Line("providers", Workplace.Providers);
        try
        {
            Line("libtorch", LibTorch.Version);
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException)
        {
            Console.WriteLine($"WRONG: libtorch cannot be loaded ({error.Message.ReplaceLineEndings(" ")}): delete .bench/libraries and run this again");
            return ExitCodes.SomeFailed;
        }

        var rate = LibTorch.MatrixRate(TimeProvider.System);
        Line("matrix product", string.Create(CultureInfo.InvariantCulture, $"{rate / 1e9:0} GFLOP/s fp32 on one core"));
        if (rate < SuspiciousRate) problems.Add("matrix products are slow: install an optimised BLAS (apt-get install libopenblas0-pthread)");
        Line("ONNX Runtime", OnnxModel.RuntimeVersion);
        Line("figures", Workplace.Providers == "nuget" ? "ScottPlot" : "gnuplot behind ScottPlot's API");
        if (!FigureRenderer.Works()) problems.Add("figures cannot be drawn: apt-get install gnuplot-nox");
        Line("store", place.Store.Root);
        try
        {
            place.CheckHome();
        }
        catch (SpecException error)
        {
            problems.Add(error.Message);
        }

        Line("reference data", Directory.Exists(place.Data) ? place.Data : "absent (tests that need it are skipped; set BENCH_DATA)");
        foreach (var problem in problems) Console.WriteLine($"WRONG: {problem}");
        Console.WriteLine(problems.Count == 0 ? "all is well" : $"{problems.Count} to mend");
        return problems.Count == 0 ? ExitCodes.Done : ExitCodes.SomeFailed;
    }

    private static void Line(string what, string value) => Console.WriteLine($"{what,-15} {value}");
}
