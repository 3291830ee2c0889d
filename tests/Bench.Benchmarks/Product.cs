using System.Diagnostics;

namespace Bench.Benchmarks;

/// <summary>The repository that these benchmarks belong to, and its command.</summary>
internal static class Product
{
    internal static string Root { get; } = Find();

    /// <summary>Runs the command to its end; what it prints is thrown away.</summary>
    internal static void Run(params string[] arguments)
    {
        var dll = Path.Combine(Root, "src/Cli/bin/Release/net10.0/bench.dll");
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [dll, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"bench {string.Join(' ', arguments)} failed: {errors.Result}");
    }

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bench.sln")))
            folder =
                Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("no Bench.sln above the benchmarks");
        return folder;
    }
}
