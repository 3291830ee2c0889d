namespace Bench.Shared;

/// <summary>Where tests find the repository and the reference data.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    /// <summary>The folder of the reference data.</summary>
    internal static string Data { get; } = Shared("data");

    /// <summary>A file or folder of the packs of reference material.</summary>
    internal static string Shared(string path) =>
        Path.GetFullPath(
            Path.Combine(
                Environment.GetEnvironmentVariable("BENCH_SHARED") is { Length: > 0 } shared
                    ? shared
                    : Path.Combine(Root, "..", "shared"),
                path
            )
        );

    /// <summary>A file or folder of the reference data; the test is skipped, visibly, where it is absent.</summary>
    internal static string DataOrSkip(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Data, path));
        Assert.SkipUnless(Path.Exists(full), $"needs reference data: {path} (set BENCH_SHARED)");
        return full;
    }

    /// <summary>A new folder that is deleted with the result.</summary>
    internal static Scratch Scratch() => new();

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bench.sln")))
            folder =
                Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Bench.sln above the tests");
        return folder;
    }
}

/// <summary>A folder for one test.</summary>
internal sealed class Scratch : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("bench-test-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
