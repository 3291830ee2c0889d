using System.Diagnostics;

namespace Bench.Cli.Execution;

/// <summary>The source tree under version control, as git tells of it.</summary>
internal static class SourceTree
{
    /// <summary>Files that results are computed from: words and results may change meanwhile.</summary>
    private static readonly string[] Computing =
    [
        "src",
        "experiments",
        "bench",
        "global.json",
        "*.props",
        "*.targets",
        ":!*.md",
    ];

    /// <summary>
    /// The commit, and whether a file that results are computed from is changed. Without git the commit is "unknown",
    /// and the tree counts as changed.
    /// </summary>
    internal static (string Commit, bool IsDirty) Of(string root)
    {
        var commit = Git(root, "rev-parse", "HEAD") ?? "unknown";
        return (commit, Git(root, ["status", "--porcelain", "--", .. Computing]) is null or { Length: > 0 });
    }

    /// <summary>Whether a commit holds a file with the content that it has now.</summary>
    internal static bool Holds(string commit, string file)
    {
        var (folder, name) = (Path.GetDirectoryName(file)!, Path.GetFileName(file));
        return Git(folder, "rev-parse", "--verify", "--quiet", $"{commit}:./{name}") is { Length: > 0 } then
            && Git(folder, "hash-object", "--", name) == then;
    }

    private static string? Git(string root, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("git", arguments)
                {
                    WorkingDirectory = root,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                }
            )!;
            var output = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
