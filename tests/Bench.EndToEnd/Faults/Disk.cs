using System.Diagnostics;

namespace Bench.EndToEnd.Faults;

/// <summary>A file system of its own in memory, of a given size.</summary>
internal sealed class Disk : IDisposable
{
    private readonly Scratch scratch = Repository.Scratch();

    private Disk() { }

    internal string Path => scratch.Path;

    /// <summary>Mounts one; the test is skipped, visibly, where that is not allowed.</summary>
    internal static Disk MountOrSkip(string options)
    {
        var disk = new Disk();
        if (disk.Do("mount", "-t", "tmpfs", "-o", options, "none", disk.Path))
            return disk;
        disk.scratch.Dispose();
        Assert.Skip("needs the right to mount a file system");
        throw new UnreachableException();
    }

    internal void Remount(string options) => Assert.True(Do("mount", "-o", "remount," + options, Path));

    public void Dispose()
    {
        Assert.True(Do("umount", "--lazy", Path));
        scratch.Dispose();
    }

    private bool Do(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
