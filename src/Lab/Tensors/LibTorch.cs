using static TorchSharp.torch;

namespace Bench.Lab.Tensors;

/// <summary>Facts about the libtorch that is loaded.</summary>
public static class LibTorch
{
    /// <summary>Its version.</summary>
    public static string Version => LibTorchLoader.Version;

    /// <summary>The environment variable that names another folder of it.</summary>
    public const string FolderVariable = LibTorchLoader.Variable;

    /// <summary>The folder that the environment names, as a full path; null where the package is used.</summary>
    public static string? NamedFolder => LibTorchLoader.IsNamed ? LibTorchLoader.Folder : null;

    /// <summary>The folder of its libraries.</summary>
    public static string Folder => LibTorchLoader.Folder;

    /// <summary>
    /// TorchSharp's library over it: the package's, or the copy that was edited for this older system. Null before it
    /// is loaded.
    /// </summary>
    public static string? Wrapper => LibTorchLoader.WrapperFile;

    /// <summary>The devices beside the CPU that it finds, e.g. "2 CUDA devices"; null for none.</summary>
    public static string? Devices =>
        cuda.is_available() ? $"{cuda.device_count()} CUDA {(cuda.device_count() == 1 ? "device" : "devices")}" : null;

    /// <summary>Threads of its operations on the CPU.</summary>
    public static int Threads => get_num_threads();

    /// <summary>
    /// Whether memory of large tensors stays with the process from step to step; null where that is not known.
    /// </summary>
    public static bool? KeepsMemory => ProcessSettings.KeepsLargeBlocks();

    /// <summary>Loads it, if it is not loaded yet.</summary>
    /// <exception cref="LabException">It cannot be loaded.</exception>
    public static void Require() => LibTorchLoader.Require();

    /// <summary>
    /// The rate of float32 matrix products of size × size on one thread, in FLOP/s: the best of several, since other
    /// work only slows it down. Tens of times below what the processor can do, its vectors are not used, or other work
    /// takes the core.
    /// </summary>
    public static double MatrixRate(TimeProvider clock, int size = 512)
    {
        using var scope = NewDisposeScope();
        set_num_threads(1);
        var (a, b) = (ones([size, size]), ones([size, size]));
        var best = double.PositiveInfinity;
        for (var i = 0; i < 8; i++)
        {
            var started = clock.GetTimestamp();
            a.mm(b).Dispose();
            best = Math.Min(best, clock.GetElapsedTime(started).TotalSeconds);
        }

        return 2.0 * size * size * size / best;
    }
}
