using static TorchSharp.torch;

namespace Bench.Lab.Tensors;

/// <summary>Facts about the libtorch that is loaded.</summary>
public static class LibTorch
{
    /// <summary>Its version.</summary>
    public static string Version => __version__;

    /// <summary>
    /// The rate of float32 matrix products of size × size on one thread, in FLOP/s: the best of several, since other work only slows it down.
    /// Tens of times below what the processor can do means that libtorch found no optimised BLAS.
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
