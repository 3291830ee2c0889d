using System.Diagnostics;

namespace Bench.EndToEnd.Cli;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public class LauncherTests
{
    private static (int Code, string Output) Shell(string folder, string command)
    {
        var start = new ProcessStartInfo("bash", ["-c", command])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    // A folder with the launcher, one source, and a compiler that writes down what it is asked.
    private static Scratch Stage()
    {
        var stage = Repository.Scratch();
        foreach (var folder in (string[])["src/Cli", "tests", "tools"])
            Directory.CreateDirectory(stage.File(folder));
        File.Copy(Path.Combine(Repository.Root, "bench"), stage.File("bench"));
        foreach (var file in (string[])["src/Cli/A.cs", "Directory.Build.props", "global.json"])
            File.WriteAllText(stage.File(file), "");
        File.WriteAllText(
            stage.File("tools/dotnet"),
            $"""
            #!/bin/bash
            case "$1" in
              --version) echo 10.0.100 ;;
              build) echo begin >>'{stage.Path}/log'; i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); done;
                  echo end >>'{stage.Path}/log' ;;
              *) echo "ran $2" ;;
            esac
            """
        );
        File.SetUnixFileMode(stage.File("tools/dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return stage;
    }

    private static string[] Log(Scratch stage) => File.ReadAllLines(stage.File("log"));

    [Fact]
    public void Two_at_once_build_once_and_then_both_run()
    {
        using var stage = Stage();
        var (code, output) = Shell(
            stage.Path,
            "export PATH=$PWD/tools:$PATH; ./bench plan & plan=$!; ./bench doctor & doctor=$!; wait $plan && wait "
                + "$doctor"
        );
        Assert.True(code == 0, output);
        Assert.Equal(["begin", "end"], Log(stage));
        Assert.Contains("ran plan", output, StringComparison.Ordinal);
        Assert.Contains("ran doctor", output, StringComparison.Ordinal);
    }

    [Fact]
    public void It_builds_again_when_a_source_or_the_kind_of_libtorch_changed_and_only_then()
    {
        using var stage = Stage();
        void Run(int builds, string before = "")
        {
            var (code, output) = Shell(stage.Path, $"export PATH=$PWD/tools:$PATH; {before} ./bench plan");
            Assert.True(code == 0, output);
            Assert.Equal(builds, Log(stage).Count(line => line == "begin"));
        }

        Run(1);
        Run(1);
        Run(2, "touch -d '+1 second' src/Cli/A.cs;");
        File.SetLastWriteTimeUtc(stage.File("src/Cli/A.cs"), DateTime.UnixEpoch);
        Run(3, "BENCH_TORCH=cuda");
        Run(4, "BENCH_TORCH=/opt/torch/lib");
        Run(4);
    }

    [Fact]
    public void Without_the_SDK_it_says_so_in_one_line()
    {
        using var stage = Stage();
        var (code, output) = Shell(
            stage.Path,
            "printf '#!/bin/bash\nexit 1\n' >tools/other; chmod +x tools/other; mv -f tools/other tools/dotnet; "
                + "PATH=$PWD/tools:$PATH ./bench plan"
        );
        Assert.Equal(1, code);
        Assert.Equal("bench: the .NET 10 SDK is not installed: https://dotnet.microsoft.com/download", output.Trim());
    }

    [Fact]
    public void It_is_short() => Assert.InRange(File.ReadLines(Path.Combine(Repository.Root, "bench")).Count(), 1, 60);

    // It builds all there is: ./bench test --long runs it.
    [Fact(Explicit = true)]
    public void A_clean_clone_sets_itself_up_and_then_starts_at_once()
    {
        using var scratch = Repository.Scratch();
        // The files that git would carry, as they are now.
        var copied = Shell(
            Repository.Root,
            $"git ls-files -z --cached --others --exclude-standard | tar --null --files-from - --ignore-failed-read "
                + $"-cf - 2>/dev/null | tar -xf - -C '{scratch.Path}'"
        );
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
        var linked = Shell(
            Path.GetTempPath(),
            $"ln -sf '{scratch.Path}/bench' '{scratch.Path}/link' && BENCH_HOME='{scratch.Path}/home' "
                + $"'{scratch.Path}/link' plan quickstart"
        );
        Assert.True(linked.Code == 0, linked.Output);
    }
}
