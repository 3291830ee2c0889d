using System.ComponentModel;
using System.Diagnostics;

namespace Bench.Shared;

/// <summary>
/// Programs that nobody here wrote, from npm, which the tests ask to understand what Bench serves and writes.
/// </summary>
internal static class Clients
{
    private static readonly Lock Installing = new();

    internal static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Clients");

    internal static (int Code, string Output, string Errors) Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // The tests' own libraries are none of theirs.
        start.Environment.Remove("LD_LIBRARY_PATH");
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    /// <summary>
    /// The folder of a package, installed with the others if it is not there; the test is skipped, visibly, without
    /// npm.
    /// </summary>
    internal static string PackageOrSkip(string package)
    {
        var folder = Path.Combine(Folder, "node_modules", package);
        lock (Installing)
        {
            try
            {
                Assert.SkipUnless(Start("node", "--version").Code == 0, "needs node");
                if (Directory.Exists(folder))
                    return folder;
                var installed = Start("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
                Assert.SkipUnless(
                    installed.Code == 0,
                    $"needs the npm package {package}: {installed.Errors.ReplaceLineEndings(" ")}"
                );
                return folder;
            }
            catch (Win32Exception)
            {
                Assert.Skip("needs node and npm");
                throw;
            }
        }
    }
}
