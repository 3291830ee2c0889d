using System.Runtime.InteropServices;

namespace Bench.Protocol.Store;

/// <summary>Brings files and the names of files onto the disk, so that they outlast a power cut.</summary>
internal static partial class Disk
{
    internal static void Flush(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>
    /// A rename is there after a power cut only when its folder is on the disk. Where the system has no such call, it
    /// does that itself.
    /// </summary>
    internal static void FlushFolder(string folder)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var descriptor = Open(folder, 0);
        if (descriptor < 0)
            throw new IOException($"{folder}: cannot be opened (errno {Marshal.GetLastPInvokeError()})");
        try
        {
            // Some network file systems know no fsync of a folder, and answer EINVAL: they have written it.
            if (Synchronise(descriptor) != 0 && Marshal.GetLastPInvokeError() is var error and not 22)
                throw new IOException($"{folder}: cannot be brought onto the disk (errno {error})");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Synchronise(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
