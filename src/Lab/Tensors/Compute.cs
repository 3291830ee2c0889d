using TorchSharp;
using static TorchSharp.torch;

namespace Bench.Lab.Tensors;

/// <summary>Where and how tensors are computed. Nothing else in the Lab asks which device this is.</summary>
public sealed record Compute
{
    private Compute(Device device, ScalarType type, bool fused)
    {
        Device = device;
        Type = type;
        Fused = fused;
    }

    public Device Device { get; }

    /// <summary>The type of weights and activations.</summary>
    public ScalarType Type { get; }

    /// <summary>Whether the fused CPU kernels run; else their composite twins, which work everywhere.</summary>
    public bool Fused { get; }

    /// <summary>Threads that large products take.</summary>
    public static int Threads { get; private set; } = 1;

    /// <summary>
    /// Lets large products, torch's and those of the fused kernels, take so many threads. Those of the fused kernels
    /// are the same to the bit with any number.
    /// </summary>
    public static void UseThreads(int threads)
    {
        set_num_threads(threads);
        Threads = threads;
    }

    /// <summary>The charges of the work done here so far.</summary>
    public Tally Done { get; } = new();

    /// <summary>
    /// The switch of the process (AppContext) that turns the fused kernels off: everything is torch's own operations
    /// then, slower and equal but for rounding.
    /// </summary>
    public const string CompositeSwitch = "Bench.Lab.CompositeKernels";

    /// <summary>
    /// Raised by a change that makes kernels round otherwise: results of another version are not the same to the bit.
    /// </summary>
    public const int KernelVersion = 5;

    /// <summary>float32 on the CPU with fused kernels, unless they are turned off.</summary>
    public static Compute Cpu { get; } =
        OnCpu(fused: !(AppContext.TryGetSwitch(CompositeSwitch, out var composite) && composite));

    /// <summary>float32 on the CPU from torch's own operations only.</summary>
    public static Compute Composite { get; } = OnCpu(fused: false);

    /// <summary>The place that an experiment names: cpu, cuda or cuda:N, and f32 or bf16.</summary>
    /// <exception cref="LabException">The device is not there.</exception>
    public static Compute For(string device, string precision)
    {
        if (device.StartsWith("cuda", StringComparison.Ordinal) && !cuda.is_available())
            throw new LabException(
                $"device '{device}' is not available to this libtorch ({LibTorch.Folder}); use device: cpu, or a "
                    + $"libtorch with CUDA ({LibTorchLoader.Variable}=cuda, or {LibTorchLoader.Variable}=<its folder>)"
            );
        var type = precision == "bf16" ? ScalarType.BFloat16 : ScalarType.Float32;
        return new Compute(
            torch.device(device),
            type,
            fused: device == "cpu" && type == ScalarType.Float32 && Cpu.Fused
        );
    }

    private static Compute OnCpu(bool fused)
    {
        LibTorch.Require();
        return new Compute(CPU, ScalarType.Float32, fused);
    }
}
