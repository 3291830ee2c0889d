using System.Diagnostics;

namespace Bench.EndToEnd.Cli;

/// <summary>The command in a process of its own, with a store of its own.</summary>
internal sealed class BenchProcess(
    string home,
    string? data = null,
    IReadOnlyDictionary<string, string>? environment = null
)
{
    private static readonly string Product = typeof(Bench.Cli.Commands.PlanCommand).Assembly.Location;

    internal sealed record Ended(int Code, string Output, string Errors);

    internal Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Product, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = home,
        };
        start.Environment["BENCH_HOME"] = home;
        if (data is not null)
            start.Environment["BENCH_DATA"] = data;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    internal Ended Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new Ended(process.ExitCode, output, errors.Result);
    }
}
