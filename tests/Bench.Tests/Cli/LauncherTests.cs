using System.Diagnostics;

namespace Bench.Tests.Cli;

public class LauncherTests
{
    private static (int Code, string Output) Shell(string folder, string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    // It builds all there is: ./bench test --long runs it.
    [Fact(Explicit = true)]
    public void A_clean_clone_sets_itself_up_and_then_starts_at_once()
    {
        using var scratch = Repository.Scratch();
        // The files that git would carry, as they are now.
        var copied = Shell(Repository.Root, $"git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --ignore-failed-read -cf - 2>/dev/null | tar -xf - -C '{scratch.Path}'");
        Assert.True(copied.Code == 0, copied.Output);
        var first = Shell(scratch.Path, "BENCH_HOME=$PWD/home ./bench plan experiments/quickstart");
        Assert.True(first.Code == 0, first.Output);
        Assert.Contains("building", first.Output, StringComparison.Ordinal);

        var clock = Stopwatch.StartNew();
        var later = Shell(scratch.Path, "BENCH_HOME=$PWD/home ./bench --version");
        Assert.True(later.Code == 0, later.Output);
        Assert.DoesNotContain("building", later.Output, StringComparison.Ordinal);
        // A second is the promise; the machine may be busy with other tests.
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 3);

        // From anywhere, through a link.
        var linked = Shell(Path.GetTempPath(), $"ln -sf '{scratch.Path}/bench' '{scratch.Path}/link' && BENCH_HOME='{scratch.Path}/home' '{scratch.Path}/link' plan quickstart");
        Assert.True(linked.Code == 0, linked.Output);
    }
}
