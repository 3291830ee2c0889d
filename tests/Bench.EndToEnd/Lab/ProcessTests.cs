using System.Diagnostics;
using System.Runtime.InteropServices;
using Bench.Cli.Commands;
using Bench.Lab.Tensors;
using static TorchSharp.torch;

namespace Bench.EndToEnd.Lab;

/// <summary>
/// A process that loads Bench.Lab is set up for computing, whatever started it. This one was started by the runner of
/// the tests, with nothing set.
/// </summary>
public partial class ProcessTests
{
    [Fact]
    public void Libtorch_has_one_thread()
    {
        LibTorch.Require();
        Assert.Equal(1, get_num_threads());
        Assert.SkipUnless(OperatingSystem.IsLinux(), "native libraries read their environment otherwise");
        foreach (var pool in (string[])["OMP_NUM_THREADS", "MKL_NUM_THREADS"])
            Assert.Equal("1", Marshal.PtrToStringUTF8(Variable(pool)));
    }

    [Fact]
    public void A_process_has_one_thread_and_keeps_the_memory_of_large_tensors()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only glibc is told");
        var (code, output) = Doctor(torch: "");
        Assert.True(code == 0, output);
        Assert.Contains(
            "a process has   1 thread, and keeps the memory of large tensors",
            output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Methods_with_loops_are_compiled_in_full_at_once() =>
        Assert.Contains(
            "\"System.Runtime.TieredCompilation.QuickJitForLoops\": false",
            File.ReadAllText(Path.ChangeExtension(typeof(ExitCodes).Assembly.Location, ".runtimeconfig.json")),
            StringComparison.Ordinal
        );

    [Fact]
    public void A_libtorch_of_another_version_is_refused_in_one_line()
    {
        using var scratch = Repository.Scratch();
        var (code, output) = Doctor(scratch.Path);
        Assert.Equal(1, code);
        var wrong = Assert.Single(output.Split('\n'), line => line.StartsWith("WRONG", StringComparison.Ordinal));
        Assert.Contains("BENCH_TORCH names no folder of a libtorch", wrong, StringComparison.Ordinal);
        File.WriteAllText(scratch.File("libtorch_cpu.so"), "not a library");
        Assert.Equal(1, Doctor(scratch.Path).Code);
        // And where something would be computed, nothing else is said either.
        var (refused, said, errors) = Start(
            scratch.Path,
            "probe",
            "load",
            Path.Combine(Repository.Root, "experiments", "quickstart", "experiment.yaml")
        );
        Assert.Equal(2, refused);
        Assert.Empty(said);
        Assert.StartsWith(
            "bench: libtorch cannot be loaded: ",
            Assert.Single(errors.TrimEnd().Split('\n')),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_libtorch_that_is_on_the_machine_is_loaded_from_its_folder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "links to files");
        using var scratch = Repository.Scratch();
        foreach (var file in Directory.EnumerateFiles(LibTorch.Folder))
            File.CreateSymbolicLink(scratch.File(Path.GetFileName(file)), file);
        var (code, output) = Doctor(scratch.Path);
        Assert.True(code == 0, output);
        Assert.Contains($"from {scratch.Path}", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Doctor(string torch) =>
        Start(torch, "doctor") is var (code, output, _) ? (code, output) : default;

    private static (int Code, string Output, string Errors) Start(string torch, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ExitCodes).Assembly.Location, .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var name in (string[])
                ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_"]
        )
            start.Environment.Remove(name);
        start.Environment["BENCH_TORCH"] = torch;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Variable(string name);
}
