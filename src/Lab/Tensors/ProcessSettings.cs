using System.Runtime.InteropServices;

namespace Bench.Lab.Tensors;

/// <summary>
/// Settings that a computing process needs before libtorch is loaded, whoever starts it. Only glibc and OpenMP are told
/// anything; elsewhere nothing happens.
/// </summary>
internal static partial class ProcessSettings
{
    // Numbers of malloc.h.
    private const int TrimThreshold = -1;
    private const int MostMapped = -4;

    /// <summary>
    /// One unit is one process on one thread: the pools of OpenMP and MKL would take every core. A person's own setting
    /// stays.
    /// </summary>
    private static readonly string[] Pools = ["OMP_NUM_THREADS", "MKL_NUM_THREADS"];

    internal static void Apply()
    {
        if (!OperatingSystem.IsLinux())
            return;
        // .NET's own copy of the environment is not the one that native libraries read.
        foreach (var pool in Pools)
            SetVariable(pool, "1", overwrite: 0);
        try
        {
            // Large blocks come from the heap and stay there: else the kernel would map and clear every large tensor
            // anew.
            _ = SetMalloc(MostMapped, 0);
            _ = SetMalloc(TrimThreshold, int.MaxValue);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc: its malloc has no such settings.
        }
    }

    /// <summary>
    /// Whether a large block of this thread comes from the heap, which stays with the process; null where only glibc
    /// could tell.
    /// </summary>
    internal static unsafe bool? KeepsLargeBlocks()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var block = NativeMemory.Alloc(64 << 20);
        try
        {
            return (nint)block < HeapEnd(0);
        }
        catch (EntryPointNotFoundException)
        {
            return null;
        }
        finally
        {
            NativeMemory.Free(block);
        }
    }

    [LibraryImport("libc", EntryPoint = "sbrk")]
    private static partial nint HeapEnd(nint change);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetMalloc(int parameter, int value);
}
